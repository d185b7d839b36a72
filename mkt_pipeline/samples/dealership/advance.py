"""Lives on from where the sample stands, so that the nights differ."""

from collections.abc import Mapping
from datetime import UTC, datetime, time

import numpy as np
from psycopg2.extensions import cursor as Cursor  # noqa: N812  the driver names it so

from mkt_pipeline.errors import BadInputError
from mkt_pipeline.samples.dealership.arrivals import OWNERS_ARRIVING, newcomers
from mkt_pipeline.samples.dealership.catalogue_rows import write_mailings
from mkt_pipeline.samples.dealership.changes import delete_persons, merge_persons, update_rows
from mkt_pipeline.samples.dealership.database import statement, transaction
from mkt_pipeline.samples.dealership.dates import day_of, mailings_between
from mkt_pipeline.samples.dealership.duplicates import insert_duplicates
from mkt_pipeline.samples.dealership.journal import Journal
from mkt_pipeline.samples.dealership.living import live, welcome
from mkt_pipeline.samples.dealership.people import creation_instants, household_rows, person_rows
from mkt_pipeline.samples.dealership.report import AdvanceReport
from mkt_pipeline.samples.dealership.table_writer import TableWriter
from mkt_pipeline.samples.dealership.upkeep import Upkeep, keep_up
from mkt_pipeline.samples.dealership.vehicles import vehicle_rows
from mkt_pipeline.samples.dealership.world import World, read_world, write_world

MAX_DAYS = 366


def advance(*, url: str, days: int) -> AdvanceReport:
    """Live ``days`` days on, day by day, in one transaction.

    New events and persons are inserted; moves, archivings, disposals and cancellations update
    rows; second entries are merged into the first, whose rows move without a sign; a few persons
    are deleted. Living 2 days and then 3 gives what living 5 days gives.
    """
    if not 1 <= days <= MAX_DAYS:
        raise BadInputError(f"cannot live {days} days on", remedy=f"ask for 1 to {MAX_DAYS}")
    with transaction(url) as cursor:
        world = read_world(cursor)
        first, writer = world.today, TableWriter(cursor)
        journal = Journal(next_ids=world.next_ids, settled_before=0)
        upkeep = _live_days(cursor, world, journal, writer, days=days)
        write_mailings(cursor, list(mailings_between(first, world.today)))
        updated = _write(cursor, world, journal, writer, upkeep)
        world.next_ids = journal.next_ids
        write_world(cursor, world)
    return _report(first, world, writer.counts, updated, upkeep)


def _live_days(
    cursor: Cursor, world: World, journal: Journal, writer: TableWriter, *, days: int
) -> Upkeep:
    cursor.execute(statement("open_duplicates"))
    upkeep = Upkeep(open=list(cursor.fetchall()))
    for day in range(world.today, world.today + days):
        live(world.population, day=day, days=1, rng=world.rng, journal=journal)
        _arrive(world, day, journal, writer)
        keep_up(upkeep, world.population, day=day, rng=world.rng, journal=journal)
    world.today += days
    return upkeep


def _arrive(world: World, day: int, journal: Journal, writer: TableWriter) -> None:
    """Write the persons and households of the day; they act from the next day on."""
    rng = world.rng
    count = int(rng.poisson(world.arrivals_per_day))
    if count == 0:
        return
    arrived = newcomers(
        np.full(count, day, dtype=np.int64),
        first_id=int(journal.ids("persons", count)[0]),
        first_household=journal.next_ids["households"],
        owners_share=OWNERS_ARRIVING,
        rng=rng,
    )
    created_at = creation_instants(arrived.created_day, rng)
    household, first = np.unique(arrived.household_id, return_index=True)
    journal.ids("households", len(household))
    welcome(arrived, created_at, rng=rng, journal=journal)
    writer.write_state("persons", person_rows(arrived, created_at, rng=rng))
    writer.write_state("households", household_rows(household, created_at[first], rng=rng))
    world.population = world.population.joined_by(arrived)


def _write(
    cursor: Cursor, world: World, journal: Journal, writer: TableWriter, upkeep: Upkeep
) -> dict[str, int]:
    """Inserts first, then the changes of rows, which may be among those inserted."""
    writer.write_events(journal)
    writer.write_truths(journal)
    writer.write_state("vehicles_owned", vehicle_rows(journal.take("acquisitions"), None))
    if upkeep.entered:
        old_ids, new_ids, at = np.array(upkeep.entered).T
        insert_duplicates(cursor, old_ids, new_ids, at)
    before = datetime.combine(day_of(world.today), time(), UTC)
    updated = update_rows(cursor, journal, before=before)
    if upkeep.merged:
        old_ids, new_ids, at = np.array(upkeep.merged).T
        columns = {"old_person_id": old_ids, "new_person_id": new_ids, "merged_at": at}
        writer.write_state("person_merges", columns)
        merge_persons(cursor, [(old, new) for old, new, _ in upkeep.merged])
    delete_persons(cursor, upkeep.deleted)
    return updated


def _report(
    first: int,
    world: World,
    inserted: Mapping[str, int],
    updated: Mapping[str, int],
    upkeep: Upkeep,
) -> AdvanceReport:
    persons = inserted.get("persons", 0) + len(upkeep.entered)
    return AdvanceReport(
        first_day=day_of(first),
        until=day_of(world.today),
        inserted={**inserted, "persons": persons},
        updated=updated,
        merged_persons=len(upkeep.merged),
        deleted_persons=len(upkeep.deleted),
    )
