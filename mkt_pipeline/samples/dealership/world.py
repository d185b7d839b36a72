"""The world between two nights: who is there, what day it is, and how chance goes on."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg2
from psycopg2.extensions import cursor as Cursor  # noqa: N812  the driver names it so

from mkt_pipeline.errors import FailNowError
from mkt_pipeline.samples.dealership.database import exists
from mkt_pipeline.samples.dealership.dates import day_number, day_of
from mkt_pipeline.samples.dealership.population import Population

_WRITE_WORLD = """
    INSERT INTO dealership_truth.world
        (today, seed, arrivals_per_day, next_ids, random_state) VALUES (%s, %s, %s, %s, %s)"""
_READ_WORLD = """
    SELECT today, seed, arrivals_per_day, next_ids, random_state
    FROM dealership_truth.world FOR UPDATE"""
_WRITE_TRAIT = "INSERT INTO dealership_truth.population (trait, dtype, data) VALUES (%s, %s, %s)"
_READ_TRAITS = "SELECT trait, dtype, data FROM dealership_truth.population"


@dataclass
class World:
    """All that is needed to live on; ``today`` is the first day (since 1970) not lived yet."""

    population: Population
    rng: np.random.Generator
    next_ids: dict[str, int]
    today: int
    seed: int
    arrivals_per_day: float


def generator(seed: int) -> np.random.Generator:
    """The source of chance for a seed."""
    return np.random.Generator(np.random.PCG64(seed))


def write_world(cursor: Cursor, world: World) -> None:
    """Replace the stored world."""
    cursor.execute("DELETE FROM dealership_truth.world; DELETE FROM dealership_truth.population")
    state = json.dumps(world.rng.bit_generator.state)
    values = (day_of(world.today), world.seed, world.arrivals_per_day)
    cursor.execute(_WRITE_WORLD, (*values, json.dumps(world.next_ids), state))
    for trait, array in world.population.columns().items():
        data = psycopg2.Binary(np.ascontiguousarray(array).tobytes())
        cursor.execute(_WRITE_TRAIT, (trait, array.dtype.str, data))


def read_world(cursor: Cursor) -> World:
    """The stored world, locked until the end of the transaction."""
    row = _stored(cursor)
    today, seed, arrivals_per_day, next_ids, state = row
    rng = generator(seed)
    rng.bit_generator.state = state
    cursor.execute(_READ_TRAITS)
    traits = {
        trait: np.frombuffer(data, dtype=np.dtype(dtype)).copy()
        for trait, dtype, data in cursor.fetchall()
    }
    return World(Population(**traits), rng, next_ids, day_number(today), seed, arrivals_per_day)


def _stored(cursor: Cursor) -> tuple[Any, ...]:
    row = None
    if exists(cursor):
        cursor.execute(_READ_WORLD)
        row = cursor.fetchone()
    if row is None:
        raise FailNowError(
            "the sample dealership is not in this database",
            remedy="load it first with `mkt sample load dealership`",
        )
    return tuple(row)
