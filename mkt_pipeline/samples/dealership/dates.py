"""The dealership's calendar: seasons, weeks of lower prices, and the days of mailings."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

EPOCH = date(1970, 1, 1)

_DISCOUNT_WEEKS = frozenset({10, 11, 12, 36, 37, 38, 48})
DISCOUNT = 0.06
"""Off the list price in the weeks of lower prices."""

TOPICS = ("vehicle", "service")
_MAILING_DAYS = ((3, 1, 0), (4, 10, 1), (6, 15, 0), (9, 5, 0), (10, 10, 1))


@dataclass(frozen=True)
class Mailing:
    """One mailing: its id (year and number), day (see day_number) and index into TOPICS."""

    mailing_id: int
    day: int
    topic: int


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=number)


def is_discounted(number: int) -> bool:
    """Whether prices are lower on that day (by ISO week)."""
    return day_of(number).isocalendar().week in _DISCOUNT_WEEKS


def vehicle_season(number: int) -> float:
    """Log factor on buying a vehicle: strongest in late March, a second peak in September."""
    turn = 2 * math.pi * (day_of(number).timetuple().tm_yday - 80) / 365.25
    season = 0.10 * math.cos(turn) + 0.12 * math.cos(2 * turn)
    return season + (0.25 if is_discounted(number) else 0.0)


def service_season(number: int) -> float:
    """Log factor on service: tyres are changed in April and October."""
    turn = 2 * math.pi * (day_of(number).timetuple().tm_yday - 105) / 365.25
    return 0.15 * math.cos(2 * turn)


def mailings_between(first: int, end: int) -> Iterator[Mailing]:
    """Mailings sent on the days from ``first`` to before ``end``, by day number."""
    for year in range(day_of(first).year, day_of(end).year + 1):
        for number, (month, day, topic) in enumerate(_MAILING_DAYS, start=1):
            sent = day_number(date(year, month, day))
            if first <= sent < end:
                yield Mailing(10 * year + number, sent, topic)
