"""How much of an entity one night reads, and the rows that it reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import pyarrow as pa

UNREADABLE = "_unreadable"
"""A text column beside those of the contract: the columns whose value could not be carried."""


@dataclass(frozen=True)
class Share:
    """Part ``part`` (from 0) of ``parts``: rows fall into one by a hash of their key."""

    part: int
    parts: int


@dataclass(frozen=True)
class Reading:
    """What one night reads of one entity; ``why`` says so in the log.

    Without ``changed_since`` every row is read. With it: rows whose ``updated_at`` is that or
    later, or null, and those of ``share``; and, where ``keys``, the key of every row.
    """

    why: str
    changed_since: datetime | None = None
    share: Share | None = None
    keys: bool = False

    @property
    def whole(self) -> bool:
        """Whether every row is read."""
        return self.changed_since is None


class EntityRows(Protocol):
    """The rows of one entity at one instant; each stream must be read to its end before the next.

    ``changed`` gives what ``reading`` asks for, ``keys`` the one column of keys, ``of`` the rows
    of some keys, ``every`` all rows. Rows may have the column ``UNREADABLE``.
    """

    @property
    def reading(self) -> Reading:
        """What the night reads."""
        ...

    def changed(self) -> pa.RecordBatchReader:
        """The rows that the reading asks for."""
        ...

    def keys(self) -> pa.RecordBatchReader:
        """The key of every row."""
        ...

    def of(self, keys: Sequence[str]) -> pa.RecordBatchReader:
        """The rows of these keys."""
        ...

    def every(self) -> pa.RecordBatchReader:
        """All rows."""
        ...


@dataclass(frozen=True)
class LogState:
    """What the last night of an entity left in its change log.

    ``rows`` is the number of rows that were there then (None where it was not kept),
    ``watermark`` the instant before which every change was committed, ``compared`` the number of
    nights that compared a share, ``reconciled`` the nights since keys were last reconciled, and
    ``clock_offset`` by how many seconds the server's clock was ahead of ours.
    """

    rows: int | None
    has_times: bool
    watermark: datetime | None
    compared: int
    since_reconciled: int
    clock_offset: float


@dataclass(frozen=True)
class ServerState:
    """The server at the instant of the snapshot.

    ``oldest_open`` is the start of the oldest transaction that was open then, None where the role
    may not see those of others; ``clock_offset`` is in seconds, ours to the server's.
    """

    taken_at: datetime
    oldest_open: datetime | None
    clock_offset: float

    @property
    def watermark(self) -> datetime:
        """Every row with an earlier ``updated_at`` is committed, as far as the role can see.

        CRMs stamp rows with the start of their transaction, so what is still open will appear
        with a time from then on.
        """
        return min(self.taken_at, self.oldest_open or self.taken_at)
