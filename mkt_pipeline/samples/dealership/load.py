"""Loads the sample dealership: a CRM with years of history, in one transaction."""

from datetime import date

import numpy as np
from psycopg2.extensions import cursor as Cursor  # noqa: N812  the driver names it so

from mkt_pipeline.errors import BadInputError, FailNowError
from mkt_pipeline.samples.dealership.arrivals import (
    INITIAL_SHARE,
    OWNERS_ARRIVING,
    OWNERS_BEFORE,
    creation_days,
    newcomers,
)
from mkt_pipeline.samples.dealership.catalogue_rows import write_catalogue, write_mailings
from mkt_pipeline.samples.dealership.database import exists, statement, transaction
from mkt_pipeline.samples.dealership.dates import day_number, day_of, mailings_between
from mkt_pipeline.samples.dealership.duplicates import (
    DUPLICATE_SHARE,
    insert_duplicates,
    past_merges,
    record_duplicates,
)
from mkt_pipeline.samples.dealership.journal import DAY_SECONDS, Journal, moments
from mkt_pipeline.samples.dealership.living import live, welcome
from mkt_pipeline.samples.dealership.people import (
    archived_persons,
    changed_households,
    creation_instants,
    household_rows,
    person_rows,
)
from mkt_pipeline.samples.dealership.population import Integers
from mkt_pipeline.samples.dealership.report import LoadReport
from mkt_pipeline.samples.dealership.table_writer import WAITING_ROWS, TableWriter
from mkt_pipeline.samples.dealership.truth import STEP_DAYS, TARGETS
from mkt_pipeline.samples.dealership.truth_rows import write_truth
from mkt_pipeline.samples.dealership.vehicles import vehicle_rows
from mkt_pipeline.samples.dealership.world import World, generator, write_world

YEAR_DAYS = 365
"""A year of history, so that every length is a whole number of steps."""

MIN_CUSTOMERS, MAX_CUSTOMERS = 100, 5_000_000
MAX_YEARS = 15


def load_dealership(
    *,
    url: str,
    customers: int = 50_000,
    years: int = 5,
    seed: int = 7,
    until: date,
    replace: bool = False,
) -> LoadReport:
    """Create the schemas ``dealership`` and ``dealership_truth`` and fill them, all or nothing.

    History ends before ``until`` 00:00 UTC. The same arguments give the same rows. Refused: a
    database that holds the sample, unless ``replace``; sizes that make no sense.
    """
    _check(customers, years, seed)
    with transaction(url) as cursor:
        _prepare(cursor, replace=replace)
        world = _beginning(customers, years, seed, day_number(until))
        writer = TableWriter(cursor)
        first = world.today
        write_catalogue(cursor, since=first)
        mailings = list(mailings_between(first, day_number(until)))
        write_mailings(cursor, mailings)
        _live_history(cursor, world, writer, until=day_number(until))
        cursor.execute(statement("indexes"))
        cursor.execute("ANALYZE")
        return LoadReport(customers, day_of(first), until, dict(writer.counts))


def _check(customers: int, years: int, seed: int) -> None:
    if not MIN_CUSTOMERS <= customers <= MAX_CUSTOMERS:
        raise BadInputError(
            f"{customers} customers cannot be generated",
            remedy=f"ask for {MIN_CUSTOMERS} to {MAX_CUSTOMERS}",
        )
    if not 1 <= years <= MAX_YEARS:
        raise BadInputError(
            f"{years} years cannot be generated", remedy=f"ask for 1 to {MAX_YEARS}"
        )
    if seed < 0:
        raise BadInputError(f"seed {seed} is negative", remedy="use 0 or more")


def _prepare(cursor: Cursor, *, replace: bool) -> None:
    if exists(cursor):
        if not replace:
            raise FailNowError(
                "this database already holds the sample dealership",
                remedy="use another database, or add --replace to load it anew",
            )
        cursor.execute("DROP SCHEMA IF EXISTS dealership, dealership_truth CASCADE")
    cursor.execute(statement("schema"))


def _beginning(customers: int, years: int, seed: int, until: int) -> World:
    """Everybody who will come, on the first day of the history."""
    rng = generator(seed)
    first = until - years * YEAR_DAYS
    created = creation_days(customers, first=first, until=until, rng=rng)
    share = np.where(created < first, OWNERS_BEFORE, OWNERS_ARRIVING)
    population = newcomers(created, first_id=1, first_household=1, owners_share=share, rng=rng)
    arriving = customers * (1 - INITIAL_SHARE) / (years * YEAR_DAYS)
    next_ids = {"persons": customers + 1, "households": int(population.household_id[-1]) + 1}
    return World(population, rng, next_ids, first, seed, arriving)


def _live_history(cursor: Cursor, world: World, writer: TableWriter, *, until: int) -> None:
    people, rng = world.population, world.rng
    journal = Journal(next_ids=world.next_ids, settled_before=until * DAY_SECONDS)
    created_at = creation_instants(people.created_day, rng)
    welcome(people, created_at, rng=rng, journal=journal)
    for day in range(world.today, until, STEP_DAYS):
        # Newcomers act from the step after the day on which they came.
        there = people.first(int(np.searchsorted(people.created_day, day)))
        _write_truths(cursor, world, day=day, until=until)
        live(there, day=day, days=STEP_DAYS, rng=rng, journal=journal)
        writer.write_events(journal, at_least=WAITING_ROWS)
    world.today = until
    _write_people(cursor, world, journal, writer, created_at)
    writer.write_events(journal)
    writer.write_truths(journal)
    _write_truths(cursor, world, day=until, until=until)
    world.next_ids = journal.next_ids
    write_world(cursor, world)


def _write_truths(cursor: Cursor, world: World, *, day: int, until: int) -> None:
    """The truth on the last days whose windows have closed at the end, and at the end itself."""
    for target in TARGETS:
        if day in (until - target.horizon_days, until):
            write_truth(cursor, world.population, target, as_of=day, seed=world.seed)


def _write_people(
    cursor: Cursor, world: World, journal: Journal, writer: TableWriter, created_at: Integers
) -> None:
    people, rng = world.population, world.rng
    persons = archived_persons(person_rows(people, created_at, rng=rng), journal.take("archived"))
    writer.write_state("persons", persons)
    household, first = np.unique(people.household_id, return_index=True)
    households = household_rows(household, created_at[first], rng=rng)
    writer.write_state("households", changed_households(households, journal.take("moves")))
    vehicles = vehicle_rows(journal.take("acquisitions"), journal.take("disposals"))
    writer.write_state("vehicles_owned", vehicles)
    _write_duplicates(cursor, world, journal, writer)


def _write_duplicates(cursor: Cursor, world: World, journal: Journal, writer: TableWriter) -> None:
    people, rng, until = world.population, world.rng, world.today
    writer.write_state("person_merges", past_merges(people, until=until, rng=rng, journal=journal))
    known = np.flatnonzero(people.alive & (people.created_day < until - 60))
    who = rng.choice(known, round(DUPLICATE_SHARE * len(people)), replace=False)
    at = moments(until - 60, count=len(who), days=60, rng=rng)
    new_ids = record_duplicates(people, who, at, rng=rng, journal=journal)
    insert_duplicates(cursor, people.person_id[who], new_ids, at)
