"""Nights that read only a part of a CRM: late commits, deletes, bad rows, and nothing lost."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import psycopg2
import pytest
from lake_nights import append_night

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import PRODUCTS
from mkt_pipeline.contracts.source import EntityReading
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.crm.entity_rows import SnapshotRows
from mkt_pipeline.features.state import state_as_of, timeline
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.night_limits import Limits, NightHeldError
from mkt_pipeline.steps.reading_plan import plan_reading

LARGE = EntityReading(compare_whole_up_to_rows=0, compare_all_within_nights=4, overlap_minutes=1)
BY_WATERMARK_ALONE = LARGE.model_copy(
    update={"overlap_minutes": 0, "reconcile_every_nights": 366, "compare_all_within_nights": 366}
)
"""Nothing but the watermark finds a change, to see that it does."""
SMALL_SHARE = LARGE.model_copy(update={"compare_all_within_nights": 366})
"""A row that moves no time is not met by chance."""
QUERY = """
SELECT code AS product_id, name, kind AS category, price, live AS is_active,
       changed AT TIME ZONE 'UTC' AS updated_at
FROM article
"""
START = date(2026, 3, 1)


@pytest.fixture
def crm(database_url):
    """A table of 100 articles as a CRM would keep them, with times without a zone."""
    connection = psycopg2.connect(database_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE article (code text, name text, kind text, price numeric, live bool,"
            " changed timestamp)"
        )
        cursor.execute(
            "INSERT INTO article SELECT 'a' || n, 'article ' || n, 'k', n, true,"
            " (now() AT TIME ZONE 'UTC') - interval '30 days' FROM generate_series(1, 100) AS n"
        )
    yield connection
    connection.close()


def run(connection, statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def rows(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, price::text, live FROM article WHERE name IS NOT NULL")
        return {code: (float(price), live) for code, price, live in cursor.fetchall()}


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path / "lake"), "shop", "UTC", tmp_path / "scratch", "500MB", 2)


@pytest.fixture
def night(lake, database_url):
    """A function that runs the night of the n-th day."""

    def go(n, *, rules=LARGE, killed=False):
        with Crm(database_url).snapshot() as snapshot:
            server = snapshot.server_state()
            state = lake.log_state("products")
            if state and not rules.overlap_minutes:
                # Without an overlap, every breath of the clock would have everything read.
                state = replace(state, clock_offset=server.clock_offset)
            reading = plan_reading("products", state=state, rules=rules, server=server)
            assert rules is not BY_WATERMARK_ALONE or not (state and reading.whole)
            return append_night(
                lake,
                PRODUCTS,
                SnapshotRows(snapshot, PRODUCTS, QUERY, reading),
                as_of=AsOf(START + timedelta(days=n)),
                server=server,
                limits=Limits(False, 0.05),
                killed=killed,
            )

    return go


def known(lake):
    with lake.session() as session:
        log = session.read(lake._log("products").log.files())
        late = datetime(2100, 1, 1, tzinfo=UTC)
        state = state_as_of(timeline(log, key="product_id"), cutoff=late).to_pyarrow().to_pylist()
    return {row["product_id"]: (float(row["price"]), row["is_active"]) for row in state}


NOW = "now() AT TIME ZONE 'UTC'"


def test_a_night_reads_what_changed_and_the_log_holds_everything(crm, lake, night):
    assert night(0).read == 100
    run(crm, f"UPDATE article SET price = 7, changed = {NOW} WHERE code IN ('a1', 'a2')")
    run(crm, f"INSERT INTO article VALUES ('b1', 'new', 'k', 5, true, {NOW})")
    run(crm, "DELETE FROM article WHERE code = 'a3'")
    done = night(1)
    assert (done.inserted, done.updated, done.deleted) == (1, 2, 1)
    assert done.read < 60
    assert known(lake) == rows(crm)
    again = night(1)
    assert (again.inserted, again.updated, again.deleted) == (0, 0, 0)


def test_a_transaction_that_commits_after_the_snapshot_is_not_lost(crm, lake, night, database_url):
    """It began before the night and carries the time of its beginning, as CRMs write it."""
    slow = psycopg2.connect(database_url)
    run(slow, "INSERT INTO article VALUES ('late', 'x', 'k', 1, true, now() AT TIME ZONE 'UTC')")
    with slow.cursor() as cursor:
        cursor.execute("SELECT now()")
        began = cursor.fetchone()[0]
    night(0)
    assert "late" not in known(lake)
    assert lake.log_state("products").watermark <= began
    slow.commit()
    slow.close()
    night(1, rules=BY_WATERMARK_ALONE)
    assert known(lake)["late"] == (1.0, True)


def test_a_transaction_that_commits_just_after_the_snapshot_bounds_the_watermark(crm, database_url):
    """It is open no more when the server is asked, and its rows were not seen either."""
    slow = psycopg2.connect(database_url)
    with slow.cursor() as cursor:
        cursor.execute("INSERT INTO article VALUES ('late') RETURNING now()")
        began = cursor.fetchone()[0]
    with Crm(database_url).snapshot() as snapshot:
        slow.commit()
        assert snapshot.server_state().watermark <= began
    slow.close()


def test_rows_with_an_old_time_or_none_are_found_by_their_keys(crm, lake, night):
    night(0)
    run(
        crm,
        "INSERT INTO article SELECT 'old' || n, 'x', 'k', n, true, '2020-01-01'"
        " FROM generate_series(1, 30) AS n",
    )
    run(crm, "INSERT INTO article VALUES ('none', 'x', 'k', 1, true, NULL)")
    assert night(1).inserted == 31
    assert known(lake) == rows(crm)


def test_a_deleted_row_that_comes_back_with_its_old_time_is_alive_again(crm, lake, night):
    night(0)
    run(crm, "CREATE TABLE kept AS SELECT * FROM article WHERE code = 'a5'")
    run(crm, "DELETE FROM article WHERE code = 'a5'")
    assert night(1).deleted == 1
    run(crm, "INSERT INTO article SELECT * FROM kept")
    assert night(2).inserted == 1
    assert known(lake) == rows(crm)


def test_a_change_that_moved_no_time_is_found_within_the_configured_nights(crm, lake, night):
    night(0)
    run(crm, "UPDATE article SET price = price + 1000")
    nights = [night(n).updated for n in range(1, 5)]
    assert sum(nights) == 100
    assert max(nights) < 100
    assert known(lake) == rows(crm)


def test_many_late_rows_are_read_in_one_go(crm, lake, night, monkeypatch):
    monkeypatch.setattr("mkt_pipeline.lake.night_rows.FETCHED_BY_KEY", 20)
    night(0)
    run(
        crm,
        "INSERT INTO article SELECT 'old' || n, 'x', 'k', n, true, '2020-01-01'"
        " FROM generate_series(1, 30) AS n",
    )
    done = night(1)
    assert done.reading == "read whole, for many rows were late"
    assert known(lake) == rows(crm)


def test_a_row_put_aside_is_read_again_until_it_is_mended(crm, lake, night):
    night(0)
    run(crm, f"UPDATE article SET name = NULL, price = 9, changed = {NOW} WHERE code = 'a8'")
    assert night(1).quarantined == 1
    run(crm, "UPDATE article SET name = 'mended', changed = '2020-01-01' WHERE code = 'a8'")
    assert night(2).quarantined == 0
    assert known(lake)["a8"] == (9.0, True)


@pytest.mark.parametrize("put_aside", ["the night before", "by the same night"])
def test_a_mended_row_that_a_killed_night_saw_is_not_lost(crm, lake, night, put_aside):
    """What it saw good is not in the log, and may be found nowhere but among what was put aside."""
    night(0, rules=SMALL_SHARE)
    run(
        crm,
        f"UPDATE article SET name = NULL, price = 9, changed = {NOW} WHERE code IN ('a7', 'a8')",
    )
    day = 1 if put_aside == "by the same night" else 2
    assert night(1, rules=SMALL_SHARE).quarantined == 2
    run(crm, "UPDATE article SET name = 'it''s mended', changed = '2020-01-01' WHERE code = 'a8'")
    for _ in range(2):
        night(day, rules=SMALL_SHARE, killed=True)
    assert known(lake)["a8"] == (8.0, True)
    assert night(day, rules=SMALL_SHARE).quarantined == 1
    assert known(lake)["a8"] == (9.0, True)
    log = lake._log("products")
    with lake.session() as session:
        day = str(AsOf(START + timedelta(days=day)))
        aside = session.read(log.quarantine.files(as_of=day)).to_pyarrow()
    assert aside["product_id"].to_pylist() == ["a7"]


def test_a_night_that_is_held_says_why_keeps_the_rows_and_goes_on_when_released(crm, lake, night):
    night(0)
    run(crm, f"UPDATE article SET name = NULL, changed = {NOW} WHERE code <= 'a5'")
    before = known(lake)
    with pytest.raises(NightHeldError, match=r"name: missing, .* quarantine release products"):
        night(1)
    assert known(lake) == before
    lake.releases.release(entity="products", as_of="2026-03-02", who="me", reason="known")
    assert night(1).quarantined > 5
    assert lake.releases.accepted(entity="products", as_of="2026-03-03") == 0


def test_a_night_that_lost_many_rows_is_held(crm, lake, night):
    night(0)
    run(crm, "DELETE FROM article WHERE code > 'a5'")
    with pytest.raises(NightHeldError, match=r"of 100 rows are gone, more than 20%"):
        night(1)
    assert len(known(lake)) == 100
    lake.releases.release(entity="products", as_of="2026-03-02", who="me", reason="purged")
    night(1)
    assert known(lake) == rows(crm)


def test_an_entity_that_is_empty_is_refused_in_both_ways_of_reading(crm, lake, night):
    night(0)
    run(crm, "TRUNCATE article")
    for rules in (LARGE, EntityReading()):
        with pytest.raises(Exception, match=r"products read no row"):
            night(1, rules=rules)
    assert len(known(lake)) == 100


def test_nothing_is_lost_while_many_write_at_once(crm, lake, night, database_url):
    """Writers with short and long transactions run through ten nights; then all is there."""
    night(0)
    stop = threading.Event()

    def write(number):
        connection = psycopg2.connect(database_url)
        n = 0
        while not stop.is_set():
            n += 1
            run(
                connection,
                "INSERT INTO article VALUES (%s, 'x', 'k', 1, true, now() AT TIME ZONE 'UTC')",
                f"w{number}-{n}",
            )
            stop.wait(0.02 * number)
            connection.commit()
        connection.close()

    writers = [threading.Thread(target=write, args=(n,)) for n in range(1, 5)]
    for writer in writers:
        writer.start()
    try:
        for n in range(1, 6):
            night(n, rules=BY_WATERMARK_ALONE)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    night(6, rules=BY_WATERMARK_ALONE)
    assert known(lake) == rows(crm)
