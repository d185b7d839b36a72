"""The record of what persons did, each written in the transaction of the act."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from mkt_pipeline.campaign.session import Session

AuditedAct = Literal["erase", "look_up", "release", "reject", "roll_back", "promote", "decline"]


@dataclass(frozen=True, kw_only=True)
class RecordedAct:
    """One act on a publication (``as_of`` is its day) or on a model (its name and version)."""

    audit_id: int
    done_at: datetime
    act: AuditedAct
    done_by: str
    reason: str | None
    use_case: str
    as_of: date | None
    model_name: str | None
    model_version: str | None


def record_act(
    session: Session,
    act: AuditedAct,
    *,
    who: str | None,
    reason: str | None,
    person_hash: str | None = None,
    use_case: str | None = None,
    publication_id: int | None = None,
    decision_id: int | None = None,
    counts: Mapping[str, int] | None = None,
) -> None:
    """Write one row in the open transaction; ``who`` is the database user where it is None."""
    session.rows(
        "insert_audit",
        act=act,
        done_by=who,
        # A held night may be rejected without a word; an empty one is none.
        reason=(reason or "").strip() or None,
        person_hash=person_hash,
        use_case=use_case,
        publication_id=publication_id,
        decision_id=decision_id,
        counts=json.dumps(dict(counts or {})),
    )
