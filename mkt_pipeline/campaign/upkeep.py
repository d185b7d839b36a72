"""Removing the rows of old publications, whose record stays."""

from dataclasses import dataclass

from mkt_pipeline.campaign.partitions import remove_leftovers
from mkt_pipeline.campaign.session import Session


@dataclass(frozen=True)
class UseCaseUpkeep:
    """Old publications of one use case, the rows and bytes of them, and whether all are gone."""

    use_case: str
    publications: int
    rows: int
    bytes: int
    removed: bool


def remove_old_rows(session: Session, *, kept: int, dry_run: bool) -> list[UseCaseUpkeep]:
    """Remove the rows of all but the ``kept`` newest days of every use case.

    Partitions that a reader still holds go with the next publication.
    """
    with session.transaction():
        names = [row["use_case"] for row in session.rows("known_use_cases")]
    return [_of_use_case(session, name, kept, dry_run=dry_run) for name in names]


def _of_use_case(session: Session, use_case: str, kept: int, *, dry_run: bool) -> UseCaseUpkeep:
    with session.transaction():
        if not dry_run:
            session.run("lock", name=f"use case {use_case}")
        old = session.rows("old_publications", use_case=use_case, kept=kept)
        if not dry_run:
            for row in old:
                session.run("forget_rows", publication_id=row["publication_id"])
    rows, size = sum(row["rows"] for row in old), sum(row["bytes"] or 0 for row in old)
    removed = not dry_run and remove_leftovers(session, use_case)
    return UseCaseUpkeep(use_case, len(old), rows, size, removed)
