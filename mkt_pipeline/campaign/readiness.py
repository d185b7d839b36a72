"""Whether the campaign database is ready for a night; nothing is changed by asking."""

from dataclasses import dataclass
from datetime import datetime

from mkt_pipeline.campaign.migrate import Migration
from mkt_pipeline.campaign.rights import WRITER
from mkt_pipeline.campaign.session import Session
from mkt_pipeline.contracts.compact_json import compact

OLDEST_SERVER = 140000
"""PostgreSQL 14, the oldest that is still maintained by its makers."""


@dataclass(frozen=True)
class Readiness:
    """``version`` is PostgreSQL's number (160004); ``clock`` is aware.

    ``pending`` are migrations that the next night applies, ``strange`` those of a later version of
    the pipeline; ``missing`` are rights that a night needs and the role lacks, known where nothing
    is pending; ``protection`` tells how the connection is protected. ``unrecorded`` are use cases
    of which another publication is current than the last switch says.
    """

    version: int
    clock: datetime
    role: str
    is_read_only: bool
    may_change_schema: bool
    pending: tuple[str, ...]
    strange: tuple[str, ...]
    missing: tuple[str, ...]
    protection: str
    unrecorded: tuple[str, ...]


def readiness(session: Session, migrations: tuple[Migration, ...]) -> Readiness:
    """Ask the server, without a change to it."""
    with session.transaction():
        (facts,) = session.rows("server_facts")
        applied = session.rows("applied_migrations") if facts["has_migrations"] else []
        known = [migration.name for migration in migrations]
        there = [row["name"] for row in applied]
        complete = set(known) <= set(there)
        missing = _missing(session) if complete else ()
        unrecorded = session.rows("unrecorded_switches") if complete and not missing else []
    return Readiness(
        version=facts["version"],
        clock=facts["clock"],
        role=facts["role"],
        is_read_only=facts["read_only"],
        may_change_schema=facts["owns_schema"] and (bool(there) or facts["may_create"]),
        pending=tuple(name for name in known if name not in there),
        strange=tuple(name for name in there if name not in known),
        missing=missing,
        protection=session.protection,
        unrecorded=tuple(row["use_case"] for row in unrecorded),
    )


def _missing(session: Session) -> tuple[str, ...]:
    """Of the rights of a writer those that the role of the session lacks."""
    found = session.rows("missing_rights", wanted=compact(WRITER.document()))
    return tuple(row["missing"] for row in found)
