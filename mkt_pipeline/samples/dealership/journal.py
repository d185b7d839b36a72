"""What happened, collected as columns until it is written to the CRM."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mkt_pipeline.samples.dealership.population import Integers

Columns = dict[str, NDArray[Any]]

FIRST_ID = 1
DAY_SECONDS = 86_400


class Journal:
    """New rows by table, and the next id of each table.

    ``settled_before`` is an instant (seconds since 1970): what is decided before it is written as
    decided; what is decided later stays pending.
    """

    def __init__(self, *, next_ids: Mapping[str, int], settled_before: int) -> None:
        self.next_ids = dict(next_ids)
        self.settled_before = settled_before
        self._parts: dict[str, list[Columns]] = {}

    def ids(self, table: str, count: int) -> Integers:
        """``count`` ids of ``table`` that nobody has."""
        first = self.next_ids.get(table, FIRST_ID)
        self.next_ids[table] = first + count
        return np.arange(first, first + count)

    def add(self, table: str, **columns: NDArray[Any]) -> None:
        """Add rows; every call for a table names the same columns."""
        if len(next(iter(columns.values()))):
            self._parts.setdefault(table, []).append(columns)

    def rows(self, tables: Iterable[str]) -> int:
        """How many rows wait in ``tables``."""
        return sum(len(next(iter(p.values()))) for t in tables for p in self._parts.get(t, ()))

    def take(self, table: str) -> Columns | None:
        """Remove and return the rows of ``table``; None where there are none."""
        parts = self._parts.pop(table, [])
        if not parts:
            return None
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def moments(day: Integers | int, *, count: int, days: int, rng: np.random.Generator) -> Integers:
    """Random instants (seconds since 1970, UTC) in opening hours, 7:00 to 19:00, of ``days`` days
    from ``day`` on.
    """
    chosen = day + rng.integers(0, days, count)
    seconds: Integers = chosen * DAY_SECONDS + rng.integers(7 * 3600, 19 * 3600, count)
    return seconds
