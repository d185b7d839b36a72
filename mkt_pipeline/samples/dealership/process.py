"""The hidden process: how likely each customer is to do what, as a function of the state.

All figures are events per day. ``docs/samples/dealership.md`` explains them in words.
"""

from dataclasses import dataclass

import numpy as np

from mkt_pipeline.samples.dealership import dates
from mkt_pipeline.samples.dealership.catalogue import HOLDING_DAYS
from mkt_pipeline.samples.dealership.population import NEVER, Flags, Floats, Population

MEMORY_DAYS = {
    "web": 30.0,
    "drive": 40.0,
    "quote": 35.0,
    "click": 30.0,
    "life": 120.0,
    "repair": 60.0,
    "booking": 15.0,
    "complaint": 180.0,
}
"""After so many days a memory has faded to 37 %."""

CANCELLED_SHARE = 0.05
"""Of vehicle sales; a cancelled sale leaves the state as it was."""

NO_SHOW_SHARE = 0.03
"""Of service appointments."""

_YEAR = 365.25


@dataclass(frozen=True)
class Rates:
    """Events per day of each customer; ``purchase`` and ``service`` are those that are kept."""

    web: Floats
    drive: Floats
    quote: Floats
    purchase: Floats
    booking: Floats
    service: Floats
    life: Floats
    archive: Floats
    withdraw: Floats


def fade(population: Population, days: int) -> None:
    """Let all memories fade over ``days``, in place."""
    for name, time in MEMORY_DAYS.items():
        memory = getattr(population, name)
        memory *= np.float32(np.exp(-days / time))


def rates_at(population: Population, day: int) -> Rates:
    """The rates at the start of ``day``; zero for who is no longer there."""
    here = population.alive.astype(np.float32)
    ripe = ripeness(population, day)
    due = service_pull(population, day)
    appeal = _appeal(population)
    interest = np.minimum(population.web, 3) + np.minimum(population.click, 2)
    season = np.float32(dates.vehicle_season(day))
    year = here / np.float32(_YEAR)
    return Rates(
        web=1.30
        * year
        * np.exp(1.1 * ripe + appeal + 0.8 * population.life + 0.5 * population.click)
        + here * np.minimum(population.web, 4) * np.float32(0.35 / MEMORY_DAYS["web"]),
        drive=0.22 * year * np.exp(0.9 * ripe + 0.9 * interest + appeal),
        quote=0.32 * year * np.exp(0.9 * ripe + 0.8 * interest + 0.9 * population.drive + appeal),
        purchase=_purchase_rate(population, ripe, appeal, season) * year,
        booking=0.12 * year * np.exp(0.7 * due),
        service=_service_rate(population, due, day) * year,
        life=np.float32(0.12) * year,
        archive=np.float32(0.012) * year,
        withdraw=np.float32(0.04) * year,
    )


def ripeness(population: Population, day: int) -> Floats:
    """Log factor of the replacement cycle: from -2.7 with a new vehicle to 0.7 at its end.

    Who has no vehicle of ours stands at -1.0. Long after its end the pull weakens: such owners
    have often bought elsewhere.
    """
    ratio = (day - population.vehicle_day) / holding_days(population)
    ripe = 3.4 * _rises(ratio, 0.90, 0.10) - 2.7 - 1.2 * _rises(ratio, 1.55, 0.12)
    return np.where(is_owner(population), ripe, np.float32(-1.0)).astype(np.float32)


def service_pull(population: Population, day: int) -> Floats:
    """Log factor of the next service: 0 just after the last one, 3.0 when due, 1.2 long after."""
    last = np.maximum(population.served_day, population.vehicle_day)
    interval = np.clip(np.float32(365 * 15_000) / population.annual_km, 250, 520)
    ratio: Floats = (day - last) / interval
    pull = 3.0 * _rises(ratio, 0.88, 0.07) - 1.8 * _rises(ratio, 1.45, 0.12)
    return np.where(last > NEVER, pull, np.float32(-0.5)).astype(np.float32)


def holding_days(population: Population) -> Floats:
    """How long a vehicle is usually kept, by the contract that a person prefers."""
    return np.asarray(HOLDING_DAYS, dtype=np.float32)[population.contract]


def is_owner(population: Population) -> Flags:
    """Who owns a vehicle bought here."""
    return population.vehicle_day > NEVER


def _web_rate(population: Population, ripe: Floats, appeal: Floats) -> Floats:
    """Visits to model pages per year that nothing but the situation brings about."""
    signals = 0.8 * population.life + 0.5 * population.click
    rate: Floats = np.float32(1.30) * np.exp(1.1 * ripe + appeal + signals)
    return rate


def _web_again(population: Population) -> Floats:
    """Visits per day that earlier ones bring about: 0.35 more for each, so it comes to rest."""
    again: Floats = np.minimum(population.web, 4) * np.float32(0.35 / MEMORY_DAYS["web"])
    return again


def _purchase_rate(
    population: Population, ripe: Floats, appeal: Floats, season: np.float32
) -> Floats:
    """Kept purchases per year."""
    signals = (
        0.75 * np.minimum(population.web, 3)
        + 0.90 * np.minimum(population.drive, 2)
        + 0.90 * np.minimum(population.quote, 2)
        + 0.40 * np.minimum(population.click, 2)
        + 0.80 * np.minimum(population.life, 2)
        + 0.25 * np.minimum(population.repair, 2)
        - 0.60 * np.minimum(population.complaint, 2)
    )
    rate: Floats = np.exp(np.float32(-1.16) + 1.2 * ripe + signals + appeal + season)
    return rate


def _service_rate(population: Population, due: Floats, day: int) -> Floats:
    age_years = np.clip((day - population.vehicle_day) / np.float32(_YEAR), 0, 8)
    loyalty = np.where(is_owner(population), -0.08 * age_years, np.float32(-0.4))
    signals = 1.1 * np.minimum(population.booking, 2) - 0.7 * np.minimum(population.complaint, 2)
    season = np.float32(dates.service_season(day))
    rate: Floats = np.exp(
        np.float32(-1.35) + due + loyalty + signals + season - 0.006 * population.distance_km
    )
    return rate


def _appeal(population: Population) -> Floats:
    """Log factor of stable traits: business and nearness help, middle age helps, lean is hidden."""
    middle_aged = (population.birth_year > 1955) & (population.birth_year < 1992)
    appeal: Floats = (
        population.lean
        + np.float32(0.35) * population.business
        + np.float32(0.20) * middle_aged
        - np.float32(0.008) * population.distance_km
    )
    return appeal


def _rises(ratio: Floats, middle: float, width: float) -> Floats:
    """From 0 to 1 around ``middle`` (logistic curve)."""
    steep = np.clip((ratio - np.float32(middle)) / np.float32(width), -30, 30)
    curve: Floats = 1 / (1 + np.exp(-steep))
    return curve
