"""Making a publication the one that readers see, and recording what that changes for whom."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from mkt_pipeline.campaign.session import Row, Session


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What became of a publication: whether readers see it, and what changed for them."""

    is_current: bool
    replaced: int | None
    changes: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Staged:
    """A publication that is written and counted, and that nobody sees yet."""

    publication_id: int
    use_case: str
    as_of: date


@dataclass(frozen=True, kw_only=True)
class Act:
    """Who lets readers see another publication, by what, and why."""

    cause: str
    who: str | None
    reason: str | None = None


def show(session: Session, staged: Staged, act: Act) -> Shown:
    """Publish what is staged, in the transaction that is open.

    It replaces the publication of its day, and becomes current unless a later day is.
    """
    use_case, as_of = staged.use_case, staged.as_of
    current = current_id(session, use_case)
    replaced = _id(session.row("replace_day", use_case=use_case, as_of=as_of))
    session.rows("retire_older", use_case=use_case, as_of=as_of)
    shown = session.row(
        "show_publication",
        publication_id=staged.publication_id,
        use_case=use_case,
        replaces=replaced,
        was_held=act.cause == "release",
    )
    if not (shown and shown["is_current"]):
        return Shown(is_current=False, replaced=replaced, changes={})
    rerun = replaced is not None and replaced == current
    previous = _before(session, staged, replaced) if rerun else current
    if rerun:  # of any other day readers saw what it replaces, and its changes stay
        session.run("forget_changes", use_case=use_case, as_of=as_of, publication_id=replaced)
        if act.cause == "night":
            act = replace(act, cause="rerun")
    changes = record_switch(session, staged, act, previous=previous)
    return Shown(is_current=True, replaced=replaced, changes=changes)


def record_switch(
    session: Session, shown: Staged, act: Act, *, previous: int | None
) -> Mapping[str, int]:
    """Remember that readers see another publication now, and what changed against ``previous``.

    That is what they saw before; for a rerun what they saw before the night that it replaces, so
    that its changes take the place of that night's.
    """
    switch = session.row(
        "insert_switch",
        use_case=shown.use_case,
        cause=act.cause,
        previous_id=previous,
        publication_id=shown.publication_id,
        switched_by=act.who,
        reason=act.reason,
    )
    counted = session.row(
        "insert_changes",
        use_case=shown.use_case,
        as_of=shown.as_of,
        switch_id=_id(switch),
        previous_id=previous,
        publication_id=shown.publication_id,
    )
    return counted or {}


def current_id(session: Session, use_case: str) -> int | None:
    """The publication that readers see."""
    return _id(session.row("publications", use_case=use_case, only_current=True, row_limit=1))


def _before(session: Session, staged: Staged, replaced: int | None) -> int | None:
    known = session.row("predecessor", publication_id=replaced)
    if known is None:  # published before switches were recorded
        known = session.row("last_before", use_case=staged.use_case, as_of=staged.as_of)
    return _id(known)


def _id(row: Row | None) -> int | None:
    """The number that identifies a row, its first column."""
    return next(iter(row.values())) if row else None
