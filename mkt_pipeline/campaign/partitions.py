"""The partitions of ``campaign.segments``: one per publication, made before and removed after.

Making and removing tables takes their owner, so functions of the schema do it for whoever writes.
"""

from psycopg2 import sql

from mkt_pipeline.campaign.bystanders import have_ended, open_transactions
from mkt_pipeline.campaign.session import Session
from mkt_pipeline.campaign.short_lock import with_short_lock
from mkt_pipeline.errors import BusyError, TryAgainError

_REGISTER_ATTEMPTS = 50
"""The view of a new use case is worth waiting for: some twenty seconds."""

_DROP_ATTEMPTS = 3


def partition_name(publication_id: int) -> sql.Identifier:
    """Where the rows of one publication lie."""
    return sql.Identifier("campaign", f"segments_{publication_id}")


def register_use_case(session: Session, use_case: str) -> None:
    """Give a use case that is new to this database its branch of the view, empty as yet."""

    def register() -> None:
        session.run("register_use_case", use_case=use_case)

    with_short_lock(session, register, attempts=_REGISTER_ATTEMPTS)


def add_partition(session: Session, use_case: str) -> int:
    """Attach an empty partition for the next publication of a use case, and return its id."""
    with session.transaction():
        (row,) = session.rows("add_partition", use_case=use_case)
    return int(row["publication_id"])


def remove_leftovers(session: Session, use_case: str) -> bool:
    """Drop the partitions that no publication shows; False where some had to stay.

    A transaction that began before a publication was replaced may still look for its rows, so
    nothing is dropped while one is open; nor is it when readers hold the table or the server is
    gone. What stays is shown by no view, and goes with the next publication.
    """
    try:
        for publication_id in _removable(session, use_case):
            _drop(session, publication_id)
    except TryAgainError:
        return False
    return True


def _removable(session: Session, use_case: str) -> list[int]:
    with session.transaction():
        leftovers = session.rows("leftover_partitions", use_case=use_case)
        if leftovers and not have_ended(session, open_transactions(session)):
            raise BusyError(
                "transactions that may read a replaced publication are open",
                remedy="let them end; the next publication removes it",
            )
    return [int(row["publication_id"]) for row in leftovers]


def _drop(session: Session, publication_id: int) -> None:
    def drop() -> None:
        session.run("drop_partition", publication_id=publication_id)

    with_short_lock(session, drop, attempts=_DROP_ATTEMPTS)
