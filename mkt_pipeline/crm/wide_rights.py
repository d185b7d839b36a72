"""What the user that reads the CRM may read beyond what the queries of the source read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mkt_pipeline.crm.check_report import Problem
from mkt_pipeline.crm.query_reads import TableReads

_SHOWN = 5
_CONTACT = re.compile(
    r"e_?mail|phone|mobile|(^|_)(tel|fax|gsm|iban|bic|ssn|street\d?|zip|addr)($|_)|address|push_token"
    r"|device_token|postcode|postal|passport|(first|last|given|family|full|display|sur)_?name"
)
"""Names of columns that tell how a person is reached or called."""


@dataclass(frozen=True)
class TableRights:
    """What the user may do with one table or view."""

    name: str
    schema: str
    may_write: bool
    rows_are_hidden: bool
    readable_columns: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """Schema and name."""
        return f"{self.schema}.{self.name}"

    @property
    def key(self) -> tuple[str, str]:
        """Schema and name, as ``together`` has them."""
        return self.schema, self.name


def too_wide(
    user: str, rights: Sequence[TableRights], read: Mapping[tuple[str, str], TableReads]
) -> Iterator[Problem]:
    """A problem each for contact data, whole tables and single columns that no query reads."""
    remedy = f"revoke that from {user}, then run what `mkt source grants --role {user}` prints"
    tables = [t for t in rights if t.readable_columns and t.key not in read]
    columns = [
        f"{table.full_name}.{column}"
        for table in rights
        if table.key in read
        for column in _beyond(table, read[table.key])
    ]
    everything = [f"{t.full_name}.{column}" for t in tables for column in t.readable_columns]
    if contacts := [one for one in (*columns, *everything) if looks_like_contact(one)]:
        yield Problem(
            "warning",
            f"user {user} may read {listed(contacts)}, which looks like contact data",
            remedy,
        )
    if tables:
        names = listed([table.full_name for table in tables])
        yield Problem("warning", f"user {user} may read {names}, which no query reads", remedy)
    if others := [one for one in columns if not looks_like_contact(one)]:
        yield Problem(
            "warning", f"user {user} may read {listed(others)}, which no query reads", remedy
        )


def looks_like_contact(column: str) -> bool:
    """Whether a column, with or without its table, is called like contact data."""
    return bool(_CONTACT.search(column.rpartition(".")[2].lower()))


def listed(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def _beyond(table: TableRights, read: TableReads) -> list[str]:
    return [column for column in table.readable_columns if column not in read.columns]
