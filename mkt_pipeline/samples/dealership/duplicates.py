"""Persons entered twice, and those merged since."""

import numpy as np
from psycopg2.extensions import cursor as Cursor  # noqa: N812  the driver names it so

from mkt_pipeline.samples.dealership.database import statement
from mkt_pipeline.samples.dealership.instants import as_datetimes
from mkt_pipeline.samples.dealership.journal import Journal, moments
from mkt_pipeline.samples.dealership.population import Integers, Population
from mkt_pipeline.samples.dealership.record_contacts import (
    record_leads,
    record_web_visits,
    trims_for,
)

DUPLICATE_SHARE = 0.003
"""Of the persons: those entered a second time and not merged yet."""

MERGED_SHARE = 0.003
"""Of the persons: second entries merged before the sample was loaded; only the log knows them."""


def record_duplicates(
    population: Population,
    who: Integers,
    at: Integers,
    *,
    rng: np.random.Generator,
    journal: Journal,
) -> Integers:
    """Journal the second entries of the persons at the positions ``who``; returns their new ids.

    Each came through a lead and a web visit, which now belong to the second entry.
    """
    new_ids = journal.ids("persons", len(who))
    wanted = trims_for(population, who, rng)
    record_leads(new_ids, at, np.ones_like(new_ids), wanted, journal)
    record_web_visits(new_ids, at, np.zeros_like(new_ids), wanted, journal)
    journal.add("duplicates", old_person_id=new_ids, new_person_id=population.person_id[who])
    return new_ids


def insert_duplicates(
    cursor: Cursor, old_ids: Integers, new_ids: Integers, created_at: Integers
) -> None:
    """Enter the persons ``old_ids`` again as ``new_ids``; the first entries must be written."""
    cursor.execute(
        statement("insert_duplicates"),
        {
            "old_ids": old_ids.tolist(),
            "new_ids": new_ids.tolist(),
            "created_at": as_datetimes(created_at),
        },
    )


def past_merges(
    population: Population, *, until: int, rng: np.random.Generator, journal: Journal
) -> dict[str, Integers]:
    """Columns of the merge log for second entries that are gone."""
    count = round(MERGED_SHARE * len(population))
    who = rng.choice(len(population), count, replace=False)
    created = population.created_day[who]
    days = created + (rng.random(count) * (until - created)).astype(np.int64)
    return {
        "old_person_id": journal.ids("persons", count),
        "new_person_id": population.person_id[who],
        "merged_at": moments(days, count=count, days=1, rng=rng),
    }
