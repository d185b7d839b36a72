"""Step: what a person answered about a challenger that passed the gate."""

from dataclasses import dataclass

from mkt_pipeline.campaign.model_decisions import ModelDecisions
from mkt_pipeline.contracts.night import Facts
from mkt_pipeline.contracts.stated_reason import stated_reason
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.steps.promotion import by_person, carry_out, tell
from mkt_pipeline.tracking.kept_models import KeptModels


@dataclass(frozen=True)
class Answered(Facts):
    """The answer about one version."""

    use_case: str
    version: int
    promoted: bool
    answered_by: str
    reason: str

    def lines(self) -> list[str]:
        """One line."""
        verdict = "is champion" if self.promoted else "is not promoted, the champion stays"
        return [
            f"{self.use_case}: version {self.version} {verdict} ({self.answered_by}: {self.reason})"
        ]


def answer(
    *,
    tracking: KeptModels,
    decisions: ModelDecisions,
    use_case: str,
    version: int,
    compared_with: int | None,
    approved: bool,
    who: str,
    reason: str,
) -> Answered:
    """Carry out and record what was answered; a version that is champion already is left so.

    Refused as well: another champion by now than ``compared_with``, for what the person saw was
    a comparison with that one.
    """
    champion = tracking.champion_version(use_case)
    if approved and champion not in (compared_with, version):
        raise BadInputError(
            f"{tracking.registered_model(use_case)}: the champion is version {champion} by now, and"
            f" version {version} was compared with {compared_with or 'none'}",
            remedy="train again, so that the two are compared",
        )
    decision = by_person(
        "approval",
        tracking=tracking,
        use_case=use_case,
        version=version,
        promoted=approved,
        who=who,
        reason=stated_reason(reason),
    )
    carry_out(decision, tracking=tracking, decisions=decisions)
    tell(decision, tracking=tracking)
    return Answered(use_case, version, approved, who, reason)
