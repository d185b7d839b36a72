"""Stores the true probabilities where no mapping reads them."""

import numpy as np
import pyarrow as pa
from psycopg2.extensions import cursor as Cursor  # noqa: N812  the driver names it so

from mkt_pipeline.samples.dealership.database import TRUTH, copy_in
from mkt_pipeline.samples.dealership.dates import day_of
from mkt_pipeline.samples.dealership.population import Population
from mkt_pipeline.samples.dealership.truth import Target, true_probability

SAMPLED_CUSTOMERS = 100_000
"""The truth is stored for so many customers at most, drawn at random: enough to measure an AUC to
0.002, and a larger load would spend minutes on the rest."""

MAX_REPLICATES = 32
_PATHS = 800_000


def write_truth(
    cursor: Cursor, population: Population, target: Target, *, as_of: int, seed: int
) -> int:
    """Store the truth of one target as of a day for those who are there; returns how many rows."""
    rng = np.random.Generator(np.random.PCG64([seed, as_of]))
    there = np.flatnonzero(population.alive & (population.created_day < as_of))
    if len(there) > SAMPLED_CUSTOMERS:
        there = np.sort(rng.choice(there, SAMPLED_CUSTOMERS, replace=False))
    sampled = population.chosen(there)
    replicates = min(MAX_REPLICATES, max(1, _PATHS // max(1, len(sampled))))
    probability = true_probability(sampled, target, as_of=as_of, replicates=replicates, seed=seed)
    rows = pa.table(
        {
            "use_case": pa.array([target.use_case]).take(pa.array(np.zeros(len(there), "i8"))),
            "as_of": pa.array([day_of(as_of)]).take(pa.array(np.zeros(len(there), "i8"))),
            "horizon_days": np.full(len(there), target.horizon_days),
            "customer_id": pa.array(sampled.person_id).cast(pa.string()),
            "probability": probability,
        }
    )
    return copy_in(cursor, TRUTH, "probabilities", rows)
