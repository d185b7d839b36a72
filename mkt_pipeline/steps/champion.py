"""Step: which model scores, and a person's decision about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from mkt_pipeline.campaign.model_decisions import (
    Act,
    ModelDecisions,
    RecordedDecision,
)
from mkt_pipeline.contracts.night import Facts
from mkt_pipeline.contracts.stated_reason import stated_reason
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.steps.promotion import by_person, carry_out, tell
from mkt_pipeline.tracking.kept_models import KeptModels
from mkt_pipeline.tracking.names import CHALLENGER, CHAMPION, PREVIOUS

SHOWN = 10
_PROMOTED = {True: "promoted", False: "not promoted"}


@dataclass(frozen=True)
class Standing(Facts):
    """What the aliases point to, and what was decided, the latest first."""

    use_case: str
    aliases: Mapping[str, str]
    decisions: tuple[RecordedDecision, ...]

    def lines(self) -> list[str]:
        """The versions, then a line for each decision."""
        named = [
            f"{alias}: version {self.aliases[alias]}" if alias in self.aliases else f"{alias}: none"
            for alias in (CHAMPION, CHALLENGER, PREVIOUS)
        ]
        return [f"{self.use_case}: {', '.join(named)}", *map(_told, self.decisions)]


@dataclass(frozen=True)
class MadeChampion(Facts):
    """A version that a person made champion; ``kind`` is propensity or recommender."""

    use_case: str
    kind: str
    version: int
    before: str | None
    decision_id: int

    def lines(self) -> list[str]:
        """What scores from now on, and how to take it back."""
        instead = f" in place of version {self.before}" if self.before else ""
        return [
            f"{self.use_case}: {self.kind} version {self.version} is champion{instead}, loaded back"
            f" and checked; recorded as decision {self.decision_id}. The next night uses it; to"
            f" take it back: `mkt champion rollback --use-case {self.use_case} --model {self.kind}"
            ' --reason "..."`'
        ]


def standing(*, tracking: KeptModels, decisions: ModelDecisions, use_case: str) -> Standing:
    """The models in use and the latest decisions."""
    name = tracking.registered_model(use_case)
    found = decisions.latest(use_case, SHOWN, model_name=name)
    return Standing(use_case, tracking.aliases(use_case), found)


def decision_page(*, tracking: KeptModels, use_case: str, version: int | None) -> str:
    """The gate's page about a version, by default the challenger, else the champion."""
    aliases = tracking.aliases(use_case)
    wanted = version or aliases.get(CHALLENGER) or aliases.get(CHAMPION)
    if wanted is None:
        raise _nothing(tracking, use_case, "version")
    return tracking.decision_page(tracking.version_facts(use_case, int(wanted)).run_id)


def promote_version(
    *,
    tracking: KeptModels,
    decisions: ModelDecisions,
    use_case: str,
    version: int,
    who: str,
    reason: str,
) -> MadeChampion:
    """Make a version champion whatever the gate said; refused without a reason."""
    return _make("promotion", tracking, decisions, use_case, version, who, reason)


def roll_back_champion(
    *, tracking: KeptModels, decisions: ModelDecisions, use_case: str, who: str, reason: str
) -> MadeChampion:
    """Make the champion before the present one champion again."""
    before = tracking.aliases(use_case).get(PREVIOUS)
    if before is None:
        raise _nothing(tracking, use_case, "earlier champion")
    return _make("rollback", tracking, decisions, use_case, int(before), who, reason)


def _make(
    act: Act,
    tracking: KeptModels,
    decisions: ModelDecisions,
    use_case: str,
    version: int,
    who: str,
    reason: str,
) -> MadeChampion:
    decision = by_person(
        act,
        tracking=tracking,
        use_case=use_case,
        version=version,
        promoted=True,
        who=who,
        reason=stated_reason(reason),
    )
    before = tracking.champion_version(use_case)
    if before == version:
        raise BadInputError(
            f"version {version} of {tracking.registered_model(use_case)} is champion already",
            remedy=f"`mkt champion show --use-case {use_case}` names the versions",
        )
    number = carry_out(decision, tracking=tracking, decisions=decisions)
    tell(decision, tracking=tracking)
    instead = None if before is None else str(before)
    return MadeChampion(use_case, tracking.kind, version, instead, number)


def _told(one: RecordedDecision) -> str:
    effect = "" if one.effective_at or not one.promoted else ", which did not take effect"
    waits = one.act == "training" and one.reason.startswith("Waits for approval")
    verdict = "to be approved" if waits else f"{_PROMOTED[one.promoted]}{effect}"
    return (
        f"{one.decided_at:%Y-%m-%d %H:%M} version {one.model_version} (trained as of {one.as_of})"
        f" {verdict}, {one.act} by {one.decided_by}: {one.reason}"
    )


def _nothing(tracking: KeptModels, use_case: str, what: str) -> BadInputError:
    return BadInputError(
        f"{tracking.registered_model(use_case)} has no {what}",
        remedy=f"`mkt train` or `mkt recommender` with `--use-case {use_case}` makes one",
    )
