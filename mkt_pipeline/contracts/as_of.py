"""The day a run is for, and the instant that separates the known from the unknown."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from mkt_pipeline.errors import BadInputError

EARLIEST = date(1900, 1, 2)
"""Instants of days long before cannot be told in every time zone."""


class DayRefusedError(BadInputError):
    """No step takes this day."""


@dataclass(frozen=True, order=True)
class AsOf:
    """A date D in the business time zone.

    Everything known strictly before D 00:00 in that zone counts, nothing after.
    """

    day: date
    zone: str = "UTC"

    @classmethod
    def parse(cls, text: str, *, zone: str, today: date) -> Self:
        """Read ``YYYY-MM-DD``; refused are days after ``today`` and before EARLIEST."""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise DayRefusedError(
                f"as-of {text[:40]!r} is not a date", remedy="write it as YYYY-MM-DD"
            ) from None
        if day < EARLIEST:
            raise DayRefusedError(
                f"as-of {day} lies before {EARLIEST}", remedy="write a day of this century"
            )
        if day > today:
            raise DayRefusedError(
                f"as-of {day} lies in the future (today is {today} in {zone})",
                remedy=f"use {today} or an earlier day",
            )
        return cls(day, zone)

    @property
    def cutoff(self) -> datetime:
        """D 00:00 in the business time zone, as an aware datetime in UTC."""
        return self.start_of(self.day)

    def start_of(self, day: date) -> datetime:
        """Midnight at which ``day`` begins in the business time zone, in UTC."""
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)

    def shifted(self, days: int) -> Self:
        """The as-of ``days`` calendar days later (earlier where negative)."""
        return type(self)(self.day + timedelta(days=days), self.zone)

    def __str__(self) -> str:
        return self.day.isoformat()
