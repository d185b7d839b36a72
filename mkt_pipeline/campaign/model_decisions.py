"""The record of which model was to score, who decided it, and on what grounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from mkt_pipeline.campaign.audit import record_act
from mkt_pipeline.campaign.session import Session, session
from mkt_pipeline.contracts.compact_json import compact

Act = Literal["training", "approval", "promotion", "rollback"]


@dataclass(frozen=True)
class ModelDecision:
    """What was decided about one version of a registered model.

    ``as_of`` is the day of its training, ``champion_version`` the version in use before. The gate
    gives ``checks`` and ``figures``, a person none. ``decided_by`` is the database user where it
    is None.
    """

    use_case: str
    act: Act
    as_of: date
    model_name: str
    model_version: str
    champion_version: str | None
    run_id: str
    promoted: bool
    decided_by: str | None
    reason: str
    checks: Sequence[Mapping[str, Any]] = ()
    figures: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class RecordedDecision(ModelDecision):
    """A decision as it stands in the record; ``effective_at`` is None where it had no effect."""

    decision_id: int = 0
    decided_at: datetime | None = None
    effective_at: datetime | None = None


class ModelDecisions:
    """The table ``campaign.model_decisions`` of the database at ``url``, whose schema is there."""

    def __init__(self, url: str) -> None:
        self._url = url

    def record(self, decision: ModelDecision) -> int:
        """Keep a decision before it takes effect; its number. Those of persons are audited too."""
        told = dict(vars(decision))
        told |= {"checks": compact(list(decision.checks)), "figures": compact(_figures(decision))}
        with session(self._url) as opened, opened.transaction():
            (row,) = opened.rows("insert_model_decision", **told)
            number = int(row["decision_id"])
            if decision.act != "training":
                _record_act(opened, decision, number)
        return number

    def took_effect(self, decision_id: int) -> None:
        """Mark that the model is champion; a second time changes nothing."""
        with session(self._url) as opened, opened.transaction():
            opened.run("model_decision_took_effect", decision_id=decision_id)

    def latest(
        self, use_case: str, limit: int = 30, *, model_name: str | None = None
    ) -> tuple[RecordedDecision, ...]:
        """Up to ``limit`` decisions, of one registered model or of all, the latest first."""
        asked = {"use_case": use_case, "model_name": model_name, "row_limit": limit}
        with session(self._url) as opened, opened.transaction():
            rows = opened.rows("model_decisions", **asked)
        return tuple(RecordedDecision(**row) for row in rows)


def _record_act(opened: Session, decision: ModelDecision, number: int) -> None:
    record_act(
        opened,
        "promote" if decision.promoted else "decline",
        who=decision.decided_by,
        reason=decision.reason,
        use_case=decision.use_case,
        decision_id=number,
    )


def _figures(decision: ModelDecision) -> dict[str, Any]:
    return dict(decision.figures or {})
