"""Making an earlier publication current again, in one transaction that is itself recorded."""

from collections.abc import Mapping
from datetime import date

from mkt_pipeline.campaign.audit import record_act
from mkt_pipeline.campaign.publication import Switch
from mkt_pipeline.campaign.session import Row, Session
from mkt_pipeline.campaign.showing import Act, Staged, record_switch
from mkt_pipeline.contracts.stated_reason import stated_reason
from mkt_pipeline.errors import BadInputError


def roll_back(
    session: Session, use_case: str, to: date | None, *, who: str | None, reason: str
) -> tuple[Switch, Mapping[str, int]]:
    """Go back to the publication of a day, else to the one before the current; what changed.

    Whatever was published for later days is withdrawn, and none of it is compared with again; its
    rows stay, so that a rollback can be taken back by another to its day.
    """
    reason = stated_reason(reason)
    with session.transaction():
        session.run("lock", name=f"use case {use_case}")
        current = session.row("publications", use_case=use_case, only_current=True, row_limit=1)
        target = _target(session, use_case, to, current)
        staged = Staged(
            publication_id=target["publication_id"], use_case=use_case, as_of=target["as_of"]
        )
        session.run("roll_back_later", use_case=use_case, as_of=staged.as_of)
        session.run("make_current_again", publication_id=staged.publication_id)
        act = Act(cause="rollback", who=who, reason=reason)
        previous = current["publication_id"] if current else None
        changes = record_switch(session, staged, act, previous=previous)
        record_act(
            session,
            "roll_back",
            who=who,
            reason=reason,
            use_case=use_case,
            publication_id=staged.publication_id,
            counts=changes,
        )
        recorded = session.rows("switches", use_case=use_case, row_limit=1)
    return Switch(**recorded[0]), changes


def _target(session: Session, use_case: str, to: date | None, current: Row | None) -> Row:
    listed = f"`mkt runs --use-case {use_case}` lists the nights with their state"
    if current is None:
        raise BadInputError(
            f"nothing of {use_case} is published that could be rolled back", remedy=listed
        )
    if to is None:
        target = session.row("last_before", use_case=use_case, as_of=current["as_of"])
        missing = f"{use_case} has no publication before the current one as of {current['as_of']}"
    else:
        target = session.row("publication_of_day", use_case=use_case, as_of=to)
        missing = f"{use_case} has no publication as of {to} to go back to"
    if target is None:
        raise BadInputError(missing, remedy=listed)
    if target.get("rows_removed_at") is not None:
        raise BadInputError(
            f"housekeeping removed the rows of {use_case} as of {to} on"
            f" {target['rows_removed_at']:%Y-%m-%d}",
            remedy=f"publish that day again (`mkt score` and `mkt publish` with --as-of {to}"
            f" --use-case {use_case}), then go back to it",
        )
    if target["publication_id"] == current["publication_id"]:
        raise BadInputError(
            f"{use_case} as of {to} is current already", remedy=f"name another day; {listed}"
        )
    return target
