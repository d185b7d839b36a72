"""Rows of the workshop: service visits, complaints and reviews."""

import numpy as np
from numpy.typing import NDArray

from mkt_pipeline.samples.dealership import wording
from mkt_pipeline.samples.dealership.catalogue import DUE_PACKAGES, PACKAGES
from mkt_pipeline.samples.dealership.happenings import Happenings
from mkt_pipeline.samples.dealership.journal import DAY_SECONDS, Journal, moments
from mkt_pipeline.samples.dealership.population import Integers, Population
from mkt_pipeline.samples.dealership.process import is_owner

VISIT_STATES = ("done", "no_show")
REVIEWED_SHARE = 0.06
GERMAN_SHARE = 0.6
LARGE_INSPECTION_YEARS = 3.0

_PRICES = np.array([0.0, *(package.price for package in PACKAGES)])
_STARS = (0.06, 0.07, 0.12, 0.30, 0.45)


def record_service(
    population: Population,
    events: Happenings,
    *,
    day: int,
    days: int,
    rng: np.random.Generator,
    journal: Journal,
) -> None:
    """Write what a step brought to the workshop, and what was said about it, to the journal."""
    who = np.concatenate([events.service, events.no_show])
    at = moments(day, count=len(who), days=days, rng=rng)
    done = np.arange(len(who)) < len(events.service)
    package = _packages(population, who, at, np.isin(who, events.repair) & done, rng)
    _visits(population, who, at, package, done, rng, journal)
    complains = np.flatnonzero(np.isin(who, events.complaint) & done)
    _complaints(population.person_id[who[complains]], at[complains], rng, journal)
    reviews = np.flatnonzero((rng.random(len(who)) < REVIEWED_SHARE) & done)
    _reviews(population.person_id[who[reviews]], package[reviews], at[reviews], rng, journal)


def _packages(
    population: Population,
    who: Integers,
    at: Integers,
    repair: NDArray[np.bool_],
    rng: np.random.Generator,
) -> Integers:
    """What was done: repairs where something broke, else inspections by age, oil or tyres."""
    years = (at / DAY_SECONDS - population.vehicle_day[who]) / 365.25
    inspection = np.where(years < LARGE_INSPECTION_YEARS, 2, 3)
    due = rng.choice([1, 0, 4], len(who), p=[0.25, 0.50, 0.25])
    broken = rng.integers(DUE_PACKAGES + 1, len(PACKAGES) + 1, len(who))
    chosen: Integers = np.where(repair, broken, np.where(due == 0, inspection, due))
    return chosen


def _visits(
    population: Population,
    who: Integers,
    at: Integers,
    package: Integers,
    done: NDArray[np.bool_],
    rng: np.random.Generator,
    journal: Journal,
) -> None:
    years = (at / DAY_SECONDS - population.vehicle_day[who]) / 365.25
    driven = population.annual_km[who] * years * rng.uniform(0.95, 1.05, len(who))
    known = is_owner(population)[who]
    journal.add(
        "service_visits",
        visit_id=journal.ids("service_visits", len(who)),
        person_id=population.person_id[who],
        vehicle_id=population.vehicle_id[who],
        package_id=package,
        mileage=np.where(known, np.maximum(driven, 1), 0).astype(np.int64),
        amount=np.round(_PRICES[package] * rng.uniform(0.9, 1.4, len(who)), 2),
        state=(~done).astype(np.int64),
        visited_at=at,
        updated_at=at,
    )


def _complaints(person: Integers, at: Integers, rng: np.random.Generator, journal: Journal) -> None:
    later = at + rng.integers(600, 4 * 3600, len(person))
    language = (rng.random(len(person)) < GERMAN_SHARE).astype(np.int64)
    journal.add(
        "complaints",
        complaint_id=journal.ids("complaints", len(person)),
        person_id=person,
        language=language,
        body=_bodies(wording.COMPLAINTS, language, rng),
        written_at=later,
        updated_at=later,
    )


def _reviews(
    person: Integers,
    package: Integers,
    at: Integers,
    rng: np.random.Generator,
    journal: Journal,
) -> None:
    later = at + rng.integers(600, 4 * 3600, len(person))
    language = (rng.random(len(person)) < GERMAN_SHARE).astype(np.int64)
    stars = rng.choice(5, len(person), p=_STARS) + 1
    praise = _bodies(wording.PRAISE, language, rng)
    journal.add(
        "reviews",
        review_id=journal.ids("reviews", len(person)),
        person_id=person,
        package_id=package,
        stars=stars,
        language=language,
        body=np.where(stars >= 4, praise, _bodies(wording.DOUBT, language, rng)),
        written_at=later,
        updated_at=later,
    )


def _bodies(
    kind: tuple[tuple[str, ...], ...], language: Integers, rng: np.random.Generator
) -> Integers:
    """Positions in ALL_BODIES of texts of this kind, in each row's language."""
    ranges = np.array([wording.positions(kind, index) for index in range(len(wording.LANGUAGES))])
    first, count = ranges[language, 0], ranges[language, 1]
    bodies: Integers = first + rng.integers(0, count)
    return bodies
