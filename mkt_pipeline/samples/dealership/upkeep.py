"""What the staff does to the CRM by night and by day: entering twice, merging, deleting."""

from dataclasses import dataclass, field

import numpy as np

from mkt_pipeline.samples.dealership.duplicates import record_duplicates
from mkt_pipeline.samples.dealership.journal import Journal, moments
from mkt_pipeline.samples.dealership.population import Population

MERGES_PER_DAY = (0.7, 1 / 40_000)
DELETIONS_PER_DAY = (0.5, 1 / 100_000)
SECOND_ENTRIES_PER_DAY = (0.8, 1 / 40_000)
"""Mean numbers: so many, and so many more for each customer."""


@dataclass
class Upkeep:
    """The acts of some days, as lists of equal length per act, in the order of the days.

    ``open`` holds the second entries not merged yet: their ids and those of the first entries.
    """

    open: list[tuple[int, int]]
    entered: list[tuple[int, int, int]] = field(default_factory=list)
    merged: list[tuple[int, int, int]] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)


def keep_up(
    upkeep: Upkeep, population: Population, *, day: int, rng: np.random.Generator, journal: Journal
) -> None:
    """Add one day's acts to ``upkeep``; who is deleted leaves the population."""
    _merge(upkeep, population, day, rng)
    _delete(upkeep, population, day, rng)
    _enter_twice(upkeep, population, day, rng, journal)


def _merge(upkeep: Upkeep, population: Population, day: int, rng: np.random.Generator) -> None:
    count = min(_number(MERGES_PER_DAY, population, rng), len(upkeep.open))
    for _ in range(count):
        old, new = upkeep.open.pop(0)
        at = int(moments(day, count=1, days=1, rng=rng)[0])
        upkeep.merged.append((old, new, at))


def _delete(upkeep: Upkeep, population: Population, day: int, rng: np.random.Generator) -> None:
    """Delete some of the persons who have no second entry and were not won today."""
    spoken_for = [new for _, new in upkeep.open]
    free = population.alive & ~np.isin(population.person_id, spoken_for)
    known = np.flatnonzero(free & (population.created_day < day))
    count = min(_number(DELETIONS_PER_DAY, population, rng), len(known))
    who = rng.choice(known, count, replace=False)
    population.alive[who] = False
    upkeep.deleted.extend(population.person_id[who].tolist())


def _enter_twice(
    upkeep: Upkeep, population: Population, day: int, rng: np.random.Generator, journal: Journal
) -> None:
    known = np.flatnonzero(population.alive & (population.created_day < day))
    count = min(_number(SECOND_ENTRIES_PER_DAY, population, rng), len(known))
    who = rng.choice(known, count, replace=False)
    at = moments(day, count=count, days=1, rng=rng)
    new_ids = record_duplicates(population, who, at, rng=rng, journal=journal)
    pairs = zip(new_ids.tolist(), population.person_id[who].tolist(), strict=True)
    upkeep.open.extend(pairs)
    first_ids = population.person_id[who].tolist()
    upkeep.entered.extend(zip(first_ids, new_ids.tolist(), at.tolist(), strict=True))


def _number(mean: tuple[float, float], population: Population, rng: np.random.Generator) -> int:
    return int(rng.poisson(mean[0] + mean[1] * len(population)))
