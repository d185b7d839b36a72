"""What loading and living on report."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class LoadReport:
    """``rows`` by table of the CRM; history runs from ``first_day`` to before ``until``."""

    customers: int
    first_day: date
    until: date
    rows: Mapping[str, int]

    @property
    def total_rows(self) -> int:
        """All rows of the CRM."""
        return sum(self.rows.values())


@dataclass(frozen=True)
class AdvanceReport:
    """What changed from ``first_day`` to before ``until``; ``inserted`` counts rows by table."""

    first_day: date
    until: date
    inserted: Mapping[str, int]
    updated: Mapping[str, int]
    merged_persons: int
    deleted_persons: int
