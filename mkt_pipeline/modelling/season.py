"""How the base rate goes up and down with the year, from the years before.

A model is calibrated on one day and used on later ones. Where more customers buy in winter than in
summer, its propensities would be those of the day of calibration all the year round. What is added
to the log-odds of a later day is by how much the base rate moved between the same two days of
earlier years: the seasonal naive method (Hyndman and Athanasopoulos 2021, Forecasting, section
5.2), less the growth from year to year. It is used only where it would have foretold the last year
clearly better than no season.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

POINTS = 12
"""Base rates by year; between them, the log-odds are interpolated."""
YEAR_DAYS = 365.25
YEARS = 2
"""Earlier years at most that a season is taken from; older ones may have been another business."""
HELPS = 0.8
"""Share of the error without season that the error with it must stay below."""
FEWEST = 20
"""Customers with the event, below which a base rate says nothing about the season."""


@dataclass(frozen=True)
class BaseRate:
    """How many customers were eligible on a day, and how many of them had the event after it."""

    day: date
    customers: int
    events: int

    @property
    def told(self) -> bool:
        """Whether there are enough with and without the event."""
        return self.events >= FEWEST and self.customers - self.events >= FEWEST

    @property
    def log_odds(self) -> float:
        """Of the event."""
        return float(np.log(self.events / (self.customers - self.events)))


def shifted(propensity: Values, log_odds: float) -> Values:
    """Probabilities of shape [rows], moved by so many log-odds."""
    if not log_odds:
        return propensity
    odds = propensity * np.exp(log_odds)
    return np.asarray(odds / (1 - propensity + odds))


class Season:
    """What is added to log-odds on a day, by how long it is after the day of calibration."""

    def __init__(self, since: str, log_odds: Sequence[float]) -> None:
        """``log_odds`` of ``POINTS`` days, evenly over a year from the ISO day ``since`` on."""
        self.since = since
        self.log_odds = [float(value) for value in log_odds]

    def on(self, day: date) -> float:
        """Of any day; the year after the next is like the next."""
        turns = (day - date.fromisoformat(self.since)).days / YEAR_DAYS
        around = [*self.log_odds, self.log_odds[0]]
        return float(np.interp(turns % 1 * POINTS, np.arange(POINTS + 1), around))


@dataclass(frozen=True)
class SeasonFound:
    """The season, or None and why there is none.

    ``error`` and ``error_without`` are the mean absolute errors, in log-odds, of foretelling the
    base rates of the last year with and without it, as far ahead as a model is used; NaN where
    that could not be tried.
    """

    season: Season | None
    sentence: str
    error: float = float("nan")
    error_without: float = float("nan")


def season_days(latest: date, *, span_days: int) -> tuple[date, ...]:
    """The days whose base rates ``season_of`` looks at, the latest first."""
    count = _steps(span_days) + (YEARS + 1) * POINTS
    return tuple(latest - timedelta(days=round(k * YEAR_DAYS / POINTS)) for k in range(count))


def season_of(rates: Sequence[BaseRate], *, span_days: int) -> SeasonFound:
    """The season by ``rates`` of the ``season_days``, all as known when the model was calibrated.

    ``span_days`` is the length of a label window with its gap: so old at least is the day of
    calibration when a model is used. A history ends where a base rate says nothing.
    """
    ends = next((k for k, rate in enumerate(rates) if not rate.told), len(rates))
    log_odds, steps = np.array([rate.log_odds for rate in rates[:ends]]), _steps(span_days)
    if steps >= POINTS:
        return SeasonFound(None, "No season: a label window is as long as the year.")
    if len(log_odds) < steps + 2 * POINTS:
        years = (steps + 2 * POINTS) / POINTS
        return SeasonFound(
            None,
            f"No season: it takes base rates of {years:.1f} years, {ends / POINTS:.1f} are known.",
        )
    moved = np.array([log_odds[k] - log_odds[k + steps] for k in range(POINTS)])
    foretold = np.array([_moves(log_odds[k + steps :], steps) for k in range(POINTS)])
    error, without = float(np.abs(moved - foretold).mean()), float(np.abs(moved).mean())
    tried = f"mean error of the last year {error:.3f} log-odds with it, {without:.3f} without"
    if error > HELPS * without:
        return SeasonFound(None, f"No season: {tried}.", error, without)
    season = Season(rates[0].day.isoformat(), [_moves(log_odds, k) for k in range(POINTS)])
    return SeasonFound(season, f"Season of the base rate: {tried}.", error, without)


def _steps(span_days: int) -> int:
    return max(1, round(span_days * POINTS / YEAR_DAYS))


def _moves(log_odds: Values, ahead: int) -> float:
    """From the first of ``log_odds`` (latest first) ``ahead`` steps on, by the years before it."""
    years = [k for k in range(1, YEARS + 1) if POINTS * k < len(log_odds)]
    moves = [log_odds[POINTS * k - ahead] - log_odds[POINTS * k] for k in years]
    growth = [log_odds[POINTS * (k - 1)] - log_odds[POINTS * k] for k in years]
    return float(np.mean(moves) - ahead / POINTS * np.mean(growth))
