"""Readers at work while nights are published: each sees one whole night, and soon."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import psycopg2
import pyarrow as pa
import pytest
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.publication import Publication
from mkt_pipeline.campaign.statements import statement

DAY = date(2026, 11, 16)
ROWS = 400
WHOLE_NIGHT = "SELECT count(*), count(DISTINCT publication_id) FROM campaign.current_segments"


def publish(campaign: CampaignDatabase, *, day: date = DAY, use_case: str = "u") -> int:
    """Publish ``ROWS`` customers; the id of the publication."""
    publication = Publication(
        use_case=use_case,
        as_of=day,
        source="shop",
        model_name="m",
        model_version="1",
        run_id="r",
        airflow_run=None,
        expected_rows=ROWS,
    )
    columns = {
        "customer_id": [str(i) for i in range(ROWS)],
        "propensity": [0.5] * ROWS,
        "segment": ["high"] * ROWS,
        "recommended_products": ["[]"] * ROWS,
        "reasons": ["[]"] * ROWS,
    }
    rows = pa.table(columns).to_reader()
    return campaign.publish(publication=publication, rows=rows).publication_id


@pytest.fixture
def campaign(database_url: str) -> CampaignDatabase:
    database = CampaignDatabase(database_url)
    database.migrate()
    publish(database)
    return database


@contextmanager
def polling(url: str, seen: list[tuple], waits: list[float]) -> Iterator[None]:
    """Readers that ask for the current night again and again, until the block ends."""
    done = threading.Event()

    def poll() -> None:
        connection = psycopg2.connect(url)
        with connection.cursor() as cursor:
            while not done.is_set():
                started = time.monotonic()
                cursor.execute(WHOLE_NIGHT)
                seen.append(cursor.fetchone())
                connection.commit()
                waits.append(time.monotonic() - started)
        connection.close()

    readers = [threading.Thread(target=poll) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        yield
    finally:
        done.set()
        for reader in readers:
            reader.join(timeout=30)


def test_readers_always_see_one_whole_night(campaign: CampaignDatabase, database_url: str):
    seen: list[tuple] = []
    waits: list[float] = []
    with polling(database_url, seen, waits):
        for shift in (1, 2, 2, 2, 3, 3):
            publish(campaign, day=DAY + timedelta(shift))
    assert len(seen) > 50
    assert set(seen) == {(ROWS, 1)}
    assert max(waits) < 2


def test_a_reader_in_one_transaction_goes_on_to_the_new_night(
    campaign: CampaignDatabase, database_url: str
):
    reader = psycopg2.connect(database_url)
    with reader.cursor() as cursor:
        cursor.execute(WHOLE_NIGHT)
        published = publish(campaign, day=DAY + timedelta(1))
        cursor.execute("SELECT DISTINCT publication_id FROM campaign.current_segments")
        assert cursor.fetchall() == [(published,)]
        cursor.execute(WHOLE_NIGHT)
        assert cursor.fetchone() == (ROWS, 1)
    reader.close()


def test_a_snapshot_from_before_a_rerun_still_finds_its_night(
    campaign: CampaignDatabase, database_url: str
):
    reader = psycopg2.connect(database_url)
    reader.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ)
    with reader.cursor() as cursor:
        cursor.execute("SELECT publication_id FROM campaign.publications WHERE is_current")
        before = cursor.fetchone()
        rerun = publish(campaign)
        cursor.execute("SELECT DISTINCT publication_id FROM campaign.current_segments")
        assert cursor.fetchone() == before
        reader.commit()
        cursor.execute("SELECT DISTINCT publication_id FROM campaign.current_segments")
        assert cursor.fetchone() == (rerun,)
    reader.close()
    last = publish(campaign)
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT publication_id FROM campaign.segment_partitions")
        assert cursor.fetchall() == [(last,)]
    connection.close()


def test_two_runs_of_one_day_follow_each_other(
    campaign: CampaignDatabase, in_parallel: Callable[..., list[int]]
):
    ids = in_parallel(lambda: publish(campaign), lambda: publish(campaign))
    current = campaign.current("u")
    assert current is not None
    assert current.publication_id == max(ids)
    kept = [p for p in campaign.publications("u") if p.status == "published"]
    assert [p.publication_id for p in kept] == [max(ids)]


def test_two_new_use_cases_at_once_are_both_shown(campaign: CampaignDatabase, database_url: str):
    first = psycopg2.connect(database_url)
    second = threading.Thread(target=lambda: publish(campaign, use_case="w"))
    with first.cursor() as cursor:
        cursor.execute(statement("register_use_case"), {"use_case": "v"})
        cursor.execute(statement("rebuild_current_segments"))
        second.start()
        wait_until_somebody_waits(cursor)
        first.commit()
    first.close()
    second.join(timeout=60)
    publish(campaign, use_case="v")
    assert campaign.segment_counts("v")[0].customers == ROWS
    assert campaign.segment_counts("w")[0].customers == ROWS


def wait_until_somebody_waits(cursor: psycopg2.extensions.cursor) -> None:
    """Until another session stands in line for a lock; a minute at most."""
    for _ in range(6000):
        cursor.execute(
            "SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE NOT l.granted AND a.datname = current_database()"
        )
        if cursor.rowcount:
            return
        time.sleep(0.01)
    pytest.fail("nobody waited for the lock")


@pytest.fixture
def in_parallel() -> Callable[..., list[int]]:
    """Run functions at the same time; their results."""

    def run(*functions: Callable[[], int]) -> list[int]:
        results: list[int] = []
        threads = [
            threading.Thread(target=lambda f=function: results.append(f()))
            for function in functions
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert len(results) == len(functions)
        return results

    return run
