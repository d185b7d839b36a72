"""What a person decides about a held night: to publish it nonetheless, or to drop it."""

from collections.abc import Mapping
from datetime import date

from mkt_pipeline.campaign.audit import AuditedAct, record_act
from mkt_pipeline.campaign.partitions import remove_leftovers
from mkt_pipeline.campaign.publication import Receipt
from mkt_pipeline.campaign.session import Row, Session
from mkt_pipeline.campaign.showing import Act, Staged, show
from mkt_pipeline.contracts.segment_names import SEGMENTS
from mkt_pipeline.contracts.stated_reason import stated_reason
from mkt_pipeline.errors import BadInputError


def release(
    session: Session, use_case: str, as_of: date | None, *, who: str | None, reason: str
) -> Receipt:
    """Publish a held night as it is; of several the latest, where no day is named."""
    reason = stated_reason(reason)
    try:
        with session.transaction():
            session.run("lock", name=f"use case {use_case}")
            held = _held(session, use_case, as_of)
            _decide(session, held, "released", who=who, reason=reason)
            staged = Staged(
                publication_id=held["publication_id"], use_case=use_case, as_of=held["as_of"]
            )
            shown = show(session, staged, Act(cause="release", who=who, reason=reason))
            _record(session, "release", held, who=who, reason=reason, changes=shown.changes)
    finally:
        remove_leftovers(session, use_case)
    return Receipt(
        publication_id=held["publication_id"],
        use_case=use_case,
        as_of=held["as_of"],
        rows=held["rows"],
        # JSON keeps no order of its own.
        counts={segment: held["counts"][segment] for segment in SEGMENTS},
        mean_propensity=held["mean_propensity"],
        is_current=shown.is_current,
        replaced=shown.replaced,
        checksum=held["checksum"],
        compared=tuple(check["words"] for check in held["checks"]["checks"]),
        changes=shown.changes,
    )


def reject(
    session: Session, use_case: str, as_of: date | None, *, who: str | None, reason: str | None
) -> tuple[int, date]:
    """Drop a held night; its number and day. The record stays, the rows go."""
    # A rejection needs no words; those that are there are kept.
    reason = stated_reason(reason) if reason and reason.strip() else None
    try:
        with session.transaction():
            session.run("lock", name=f"use case {use_case}")
            held = _held(session, use_case, as_of)
            _decide(session, held, "rejected", who=who, reason=reason)
            _record(session, "reject", held, who=who, reason=reason, changes={})
    finally:
        remove_leftovers(session, use_case)
    return held["publication_id"], held["as_of"]


def _held(session: Session, use_case: str, as_of: date | None) -> Row:
    found = session.row("held", use_case=use_case, as_of=as_of)
    if found is None:
        day = f" as of {as_of}" if as_of else ""
        raise BadInputError(
            f"no night of {use_case}{day} is held",
            remedy=f"`mkt runs --use-case {use_case}` lists the nights with their state",
        )
    return found


def _decide(
    session: Session, held: Row, decision: str, *, who: str | None, reason: str | None
) -> None:
    session.run(
        "decide",
        publication_id=held["publication_id"],
        decision=decision,
        decided_by=who,
        reason=reason,
    )


def _record(
    session: Session,
    act: AuditedAct,
    held: Row,
    *,
    who: str | None,
    reason: str | None,
    changes: Mapping[str, int],
) -> None:
    record_act(
        session,
        act,
        who=who,
        reason=reason,
        use_case=held["use_case"],
        publication_id=held["publication_id"],
        counts=changes,
    )
