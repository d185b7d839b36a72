"""Readers at work while nights are published: each sees one whole night, and soon."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, timedelta

import psycopg2
import pyarrow as pa
import pytest
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.publication import Publication
from mkt_pipeline.campaign.publication_held import PublicationHeldError
from mkt_pipeline.campaign.statements import statement
from mkt_pipeline.contracts.publication_limits import PublicationLimits

DAY = date(2026, 11, 16)
ROWS = 400
READERS = 8
LOCKED_OUT_MS = 1000
"""Acts that need a lock of readers give up after 200 ms."""
WHOLE_NIGHT = "SELECT count(*), count(DISTINCT publication_id) FROM campaign.current_segments"
ONE_NIGHT_AND_ITS_RECORD = """
    SELECT min(s.as_of), count(*) = min(p.rows), count(DISTINCT s.publication_id),
        count(DISTINCT s.as_of), count(DISTINCT s.propensity), min(s.publication_id) = (
            SELECT publication_id FROM campaign.switches ORDER BY switch_id DESC LIMIT 1
        )
    FROM campaign.current_segments s JOIN campaign.publications p USING (publication_id)
"""


def publish(
    campaign: CampaignDatabase,
    *,
    day: date = DAY,
    use_case: str = "u",
    count: int = ROWS,
    limits: PublicationLimits | None = None,
) -> int:
    """Publish customers, each with a propensity that tells the day; the id of the publication."""
    publication = Publication(
        use_case=use_case,
        as_of=day,
        source="shop",
        model_name="m",
        model_version="1",
        run_id="r",
        airflow_run=None,
        expected_rows=count,
    )
    columns = {
        "customer_id": [str(i) for i in range(count)],
        "propensity": [0.5 + day.day / 1000] * count,
        "segment": ["high"] * count,
        "recommended_products": ["[]"] * count,
        "reasons": ["[]"] * count,
    }
    rows = pa.table(columns).to_reader()
    receipt = campaign.publish(publication=publication, rows=rows, limits=limits)
    return receipt.publication_id


@pytest.fixture
def campaign(database_url: str) -> CampaignDatabase:
    database = CampaignDatabase(database_url)
    database.migrate()
    publish(database)
    return database


class Seen(tuple):
    """A row that a reader got, and when it had asked: an answer may come much later."""

    asked: float


@contextmanager
def polling(
    url: str, seen: list[Seen], locked_out: list[Exception], *, ask: str = WHOLE_NIGHT
) -> Iterator[None]:
    """Readers that ask for the current night again and again, until the block ends.

    The server tells a reader that waits for a lock, however busy the machine is otherwise.
    """
    done = threading.Event()

    def poll() -> None:
        connection = psycopg2.connect(url, options=f"-c lock_timeout={LOCKED_OUT_MS}")
        with connection.cursor() as cursor:
            while not done.is_set():
                started = time.monotonic()
                try:
                    cursor.execute(ask)
                except psycopg2.errors.LockNotAvailable as error:
                    locked_out.append(error)
                    break
                row = Seen(cursor.fetchone())
                row.asked = started
                seen.append(row)
                connection.commit()
        connection.close()

    readers = [threading.Thread(target=poll) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        yield
    finally:
        done.set()
        for reader in readers:
            reader.join(timeout=30)


def test_readers_always_see_one_whole_night(campaign: CampaignDatabase, database_url: str):
    seen: list[Seen] = []
    locked_out: list[Exception] = []
    with polling(database_url, seen, locked_out):
        for shift in (1, 2, 2, 2, 3, 3):
            publish(campaign, day=DAY + timedelta(shift))
    assert len(seen) > 50
    assert set(seen) == {(ROWS, 1)}
    assert locked_out == []


def test_readers_see_one_whole_night_whatever_is_done_about_nights(
    campaign: CampaignDatabase, database_url: str
):
    """Published, rerun, held, released, rejected, rolled back, published again."""
    limits, days = PublicationLimits(), [DAY + timedelta(n) for n in range(6)]
    seen: list[Seen] = []
    locked_out: list[Exception] = []
    current = DAY

    def do(act: Callable[[], object], *, shows: date | None = None) -> None:
        """Readers see the night before or the one that it ``shows``; in the end only that."""
        nonlocal current
        before, current, begun = current, shows or current, time.monotonic()
        with nullcontext() if shows else pytest.raises(PublicationHeldError):
            act()
        ended = time.monotonic()
        while sum(row.asked >= ended for row in seen) < 2 * READERS:
            time.sleep(0.01)
        assert {row[0] for row in seen if row.asked >= begun} <= {before, current}
        assert {row[0] for row in seen if row.asked >= ended} == {current}

    with polling(database_url, seen, locked_out, ask=ONE_NIGHT_AND_ITS_RECORD):
        do(lambda: publish(campaign, day=days[1], limits=limits), shows=days[1])
        do(lambda: publish(campaign, day=days[1], limits=limits), shows=days[1])
        do(lambda: publish(campaign, day=days[2], count=ROWS // 2, limits=limits))
        do(lambda: campaign.release("u", who="approver", reason="true"), shows=days[2])
        do(lambda: publish(campaign, day=days[3], limits=limits))
        do(lambda: campaign.reject("u", who="approver"), shows=days[2])
        do(lambda: campaign.roll_back("u", to=days[1], who="approver", reason="no"), shows=days[1])
        do(lambda: publish(campaign, day=days[0]), shows=days[1])
        do(lambda: publish(campaign, day=days[4], limits=limits), shows=days[4])
        do(lambda: campaign.roll_back("u", who="approver", reason="no"), shows=days[1])

    assert {row[1:] for row in seen} == {(True, 1, 1, 1, True)}
    assert locked_out == []


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


def test_a_rollback_and_a_night_at_once_follow_each_other(
    campaign: CampaignDatabase, in_parallel: Callable[..., list[int]]
):
    second, third = DAY + timedelta(1), DAY + timedelta(2)
    publish(campaign, day=second)

    def roll_back() -> int:
        return campaign.roll_back("u", to=DAY, who="approver", reason="no")[0].publication_id

    in_parallel(roll_back, lambda: publish(campaign, day=third))
    last, before = campaign.switches("u", limit=2)
    assert {last.cause, before.cause} == {"rollback", "night"}
    assert campaign.current("u").as_of == (third if last.cause == "night" else DAY)
    assert last.previous_publication_id == before.publication_id


def test_two_new_use_cases_at_once_are_both_shown(campaign: CampaignDatabase, database_url: str):
    first = psycopg2.connect(database_url)
    second = threading.Thread(target=lambda: publish(campaign, use_case="w"))
    with first.cursor() as cursor:
        cursor.execute(statement("register_use_case"), {"use_case": "v"})
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
