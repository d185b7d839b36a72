"""A decision of the gate as a page for people."""

from collections.abc import Sequence

from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.modelling.gate import CHALLENGER, CHAMPION, TITLES, Check, Decision
from mkt_pipeline.modelling.outcome import TrainingOutcome
from mkt_pipeline.modelling.segment_promises import SegmentPromise
from mkt_pipeline.modelling.slices import Slice
from mkt_pipeline.modelling.stand_ins import StandIn

NAMES = {CHALLENGER: "challenger", CHAMPION: "champion"}


def decision_markdown(
    *,
    use_case: UseCase,
    outcome: TrainingOutcome,
    decision: Decision,
    verdict: str,
    champion: str | None,
    leaks: str,
    segments: Sequence[SegmentPromise],
    slices: Sequence[Slice],
    stand_ins: Sequence[StandIn],
) -> str:
    """What was compared on what, every check with value and limit, and the verdict.

    ``verdict`` says in two or three words what becomes of it. ``champion`` names the version in
    use (None where there is none that could be compared), ``leaks`` is the verdict of the leak
    check. Of ``slices`` those that stand out are told, of ``stand_ins`` all.
    """
    measures = list(decision.figures[CHALLENGER])
    test = next(window for window in outcome.windows if window.name == "test")
    against = f"the champion, {champion}," if champion else "no champion: the rules of thumb alone"
    lines = [
        f"# {use_case.title}: {verdict}",
        "",
        decision.sentence,
        "",
        f"The challenger is {outcome.chosen.title}, {_choice(len(outcome.candidates))}. It was"
        f" compared with {against} on the test window"
        f" of {test.first}: {test.rows:,} customers, {test.positives:,} with the event, which"
        " neither choice nor calibration has seen. Leak check:"
        f" {leaks}.",
        "",
        "## Figures on the test window, with 95 % intervals",
        "",
        f"| model | {' | '.join(TITLES[one] for one in measures)} |",
        f"|---|{'---|' * len(measures)}",
        *(
            f"| {name} | {' | '.join(interval_words(found[one]) for one in measures)} |"
            for name, found in decision.figures.items()
        ),
        "",
        "## Checks",
        "",
        "| check | value | limit | passed |",
        "|---|---|---|---|",
        *(check_row(check) for check in decision.checks),
        "",
    ]
    if champion:
        lines += [
            "Needed are all checks without a way, and all of one way: better, or as good and"
            " fresher.",
            "",
        ]
    told = [*_promised(segments), *_standing_out(slices), *_given_away(stand_ins)]
    return "\n".join([*lines, *told])


def _choice(candidates: int) -> str:
    if candidates == 1:
        return "the only candidate"
    return f"chosen among {candidates} candidates by the mean over the folds"


def _promised(segments: Sequence[SegmentPromise]) -> list[str]:
    return [
        "## What the segments were promised on the test window",
        "",
        "| segment | customers | promised | happened, with 95 % interval |",
        "|---|---|---|---|",
        *(
            f"| {one.segment} | {one.rows:,} | {one.promised:.2%} | {one.happened.value:.2%}"
            f" ({one.happened.low:.2%} to {one.happened.high:.2%}) |"
            for one in segments
        ),
        "",
    ]


def _standing_out(slices: Sequence[Slice]) -> list[str]:
    told = [
        f"- {one.feature} {one.value} ({one.rows:,} customers): {'; '.join(one.warnings)}"
        for one in slices
        if one.warnings
    ]
    return [
        "## Slices that stand out",
        "",
        *(told or [f"None of {len(slices)} (regions, ages, new and old customers)."]),
        "",
    ]


def _given_away(stand_ins: Sequence[StandIn]) -> list[str]:
    """Attributes that no model may use, and how well the features in use tell them."""
    if not stand_ins:
        return []
    told = [f"- {'**given away:** ' if one.is_given_away else ''}{one.words}" for one in stand_ins]
    return ["## Attributes that are left out, told from those in use", "", *told, ""]


def check_row(check: Check) -> str:
    """A check as a row of a table."""
    way = f" (way: {check.route})" if check.route else ""
    verdict = "yes" if check.passed else "no"
    limit = f"{check.relation} {check.limit:.4g}"
    return f"| {check.name}{way} | {check.value:.4f} | {limit} | {verdict} |"


def interval_words(found: object) -> str:
    """A figure with its bounds."""
    value, low, high = (getattr(found, name) for name in ("value", "low", "high"))
    return f"{value:.4f} ({low:.4f} to {high:.4f})"
