"""What each role may do in the campaign schema, and the SQL that gives it.

The owner migrates. A writer runs nights and takes down what persons decide; it owns nothing, and
may not change what is recorded. A reader sees segments, what became of them, and how models do.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mkt_pipeline.contracts.role_name import refuse_unusable_role
from mkt_pipeline.errors import BadInputError

Tables = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Rights:
    """By table the rights on it, such as ``SELECT`` and ``UPDATE (status)``; functions to call."""

    tables: Tables
    functions: tuple[str, ...] = ()

    def document(self) -> list[dict[str, str | None]]:
        """One entry per right and column, as ``missing_rights`` takes them."""
        found = [
            {"kind": "table", "name": table, "privilege": kind, "column_name": column}
            for table, rights in self.tables.items()
            for right in rights
            for kind, column in _single(right)
        ]
        return found + [
            {"kind": "function", "name": name, "privilege": "EXECUTE", "column_name": None}
            for name in self.functions
        ]


def _single(right: str) -> Iterator[tuple[str, str | None]]:
    kind, _, columns = right.partition(" (")
    for column in columns.rstrip(")").split(", "):
        yield kind, column or None


_STATE = (
    "UPDATE (status, is_current, published_at, held_at, replaces, decision, decided_by, decided_at,"
    " decision_reason, erased, rows_removed_at)"
)

WRITER = Rights(
    MappingProxyType(
        {
            "migrations": ("SELECT",),
            "use_cases": ("SELECT",),
            "publications": ("SELECT", "INSERT", _STATE),
            "segments": ("SELECT", "INSERT", "DELETE"),
            "segment_partitions": ("SELECT",),
            "current_segments": ("SELECT",),
            "switches": ("SELECT", "INSERT"),
            "segment_changes": ("SELECT", "INSERT", "DELETE"),
            "audit": ("SELECT", "INSERT"),
            "model_decisions": ("SELECT", "INSERT", "UPDATE (effective_at)"),
            "model_health": ("SELECT", "INSERT", "DELETE"),
            "model_drift": ("SELECT", "INSERT", "DELETE"),
            "model_alarms": ("SELECT", "INSERT", "UPDATE (ended_as_of, ended)", "DELETE"),
            "incidents": (
                "SELECT",
                "INSERT",
                "UPDATE (links, explains, closed_at, closed_because)",
            ),
            "notices": ("SELECT", "INSERT", "UPDATE (tries, tried_at, sent_at, error)", "DELETE"),
        }
    ),
    (
        "register_use_case(text)",
        "add_partition(text)",
        "analyze_partition(bigint)",
        "drop_partition(bigint)",
    ),
)

_READ = (
    "current_segments",
    "publications",
    "segments",
    "segment_changes",
    "switches",
    "model_health",
    "model_drift",
    "model_alarms",
)

READER = Rights(MappingProxyType(dict.fromkeys(_READ, ("SELECT",))))


def grants_text(*, writer: str | None, reader: str | None) -> str:
    """SQL that gives these roles exactly their rights in the schema; it may be run again.

    What they had there before is taken away first. BadInputError for no role, one role for both,
    and names that no role can have.
    """
    if writer == reader:
        raise BadInputError(
            "no role is named, or one for both",
            remedy="name --writer, --reader, or two different roles",
        )
    return "\n".join(_lines(writer, reader)) + "\n"


def _lines(writer: str | None, reader: str | None) -> Iterator[str]:
    yield "-- Run it in the campaign database, as the owner of the schema campaign, after"
    yield "-- `mkt campaign migrate`, and again after every upgrade. The roles are made beforehand:"
    yield "--   CREATE ROLE ... LOGIN PASSWORD '...';"
    yield "BEGIN;"
    if writer is not None:
        yield "-- The writer: nights, what persons decide about them, erasures, housekeeping."
        yield from _of_role(writer, WRITER)
    if reader is not None:
        yield "-- The reader: segments, what became of them, and how the models do."
        yield from _of_role(reader, READER)
    yield "COMMIT;"


def _of_role(name: str, rights: Rights) -> Iterator[str]:
    refuse_unusable_role(name)
    role = '"' + name.replace('"', '""') + '"'
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA campaign FROM {role};"
    yield f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA campaign FROM {role};"
    yield f"GRANT USAGE ON SCHEMA campaign TO {role};"
    for table, wanted in rights.tables.items():
        yield f"GRANT {', '.join(wanted)} ON campaign.{table} TO {role};"
    for function in rights.functions:
        yield f"GRANT EXECUTE ON FUNCTION campaign.{function} TO {role};"
