"""Signs and alarms in words for a person."""

from collections.abc import Sequence

from mkt_pipeline.contracts.model_health import DriftSign

MOST_NAMED = 5


def sign_words(sign: DriftSign) -> str:
    """What is different, and by how much."""
    if sign.kind == "freshness":
        told = (
            f"the newest of {sign.subject} is {sign.value:.0f} days old (longest pause before:"
            f" {sign.usual:.0f})"
        )
    elif sign.kind == "unknown":
        told = f"{sign.subject}: {sign.value:.1%} of customers in categories unknown to the model"
    else:
        told = (
            f"{sign.subject} is distributed otherwise than in training (stability index"
            f" {sign.value:.2f}, distance {sign.distance:.2f}; training dates {sign.usual:.2f})"
        )
    return f"{sign.level}: {told}"


def alarm_sentence(subjects: Sequence[str], *, signs: Sequence[DriftSign], nights: int) -> str:
    """What an alarm about ``subjects`` says, the farthest away first."""
    found = sorted(
        (one for one in signs if one.name in subjects), key=lambda one: -(one.distance or one.value)
    )
    told = [sign_words(one).removeprefix(f"{one.level}: ") for one in found[:MOST_NAMED]]
    more = len(found) - len(told)
    rest = f"; and {more} more" if more else ""
    lasting = "tonight" if nights == 1 else f"for {nights} nights"
    return f"beyond the limit {lasting}: {'; '.join(told)}{rest}"
