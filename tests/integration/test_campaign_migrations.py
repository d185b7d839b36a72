"""The campaign schema from nothing, twice, changed behind its back, and explained."""

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import psycopg2
import pyarrow as pa
import pytest

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.migrate import Migration, migrate, shipped_migrations
from mkt_pipeline.campaign.publication import Publication, Switch
from mkt_pipeline.campaign.session import session
from mkt_pipeline.errors import FailNowError

NEXT = Migration("9999_next", "CREATE TABLE campaign.next (id int)")


def test_migrations_are_applied_once(database_url: str):
    database = CampaignDatabase(database_url)
    assert database.migrate() == tuple(m.name for m in shipped_migrations())
    assert database.migrate() == ()


def test_only_what_is_missing_is_applied(database_url: str):
    CampaignDatabase(database_url).migrate()
    with session(database_url) as opened:
        assert migrate(opened, (*shipped_migrations(), NEXT)) == ("9999_next",)


def test_a_changed_migration_is_refused(database_url: str):
    CampaignDatabase(database_url).migrate()
    first, *others = shipped_migrations()
    changed = replace(first, text=first.text + "-- afterthought")
    with session(database_url) as opened, pytest.raises(FailNowError, match="were changed"):
        migrate(opened, (changed, *others))


def test_a_schema_of_a_later_version_is_refused(database_url: str):
    with session(database_url) as opened:
        migrate(opened, (*shipped_migrations(), NEXT))
    with pytest.raises(FailNowError, match="9999_next"):
        CampaignDatabase(database_url).migrate()


def test_a_migration_that_fails_leaves_no_trace(database_url: str):
    broken = replace(NEXT, text=NEXT.text + "; CREATE TABLE campaign.next (id int)")
    with session(database_url) as opened:
        with pytest.raises(FailNowError, match="42P07"):
            migrate(opened, (*shipped_migrations(), broken))
        assert migrate(opened, (*shipped_migrations(), NEXT)) == ("9999_next",)


def test_every_table_and_column_is_explained(database_url: str):
    CampaignDatabase(database_url).migrate()
    unexplained = """
        SELECT c.relname, a.attname
        FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum >= 0 AND NOT a.attisdropped
        WHERE c.relnamespace = 'campaign'::regnamespace AND c.relkind IN ('r', 'p', 'v')
            AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid) IS NULL)
    """
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute(unexplained)
        assert cursor.fetchall() == []
    connection.close()


def test_what_an_older_version_published_stays_and_goes_on(database_url: str):
    with session(database_url) as opened:
        migrate(opened, shipped_migrations()[:1])
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute(PUBLISHED_BY_VERSION_1)
    connection.close()
    campaign = CampaignDatabase(database_url)
    assert campaign.migrate() == tuple(m.name for m in shipped_migrations()[1:])
    kept = campaign.current("u")
    assert kept is not None
    assert (kept.publication_id, kept.rows, kept.published_by, kept.checksum) == (1, 1, None, None)
    assert campaign.customer("u", "a") is not None

    switch, changes = publish_next(campaign)
    assert (switch.cause, switch.previous_publication_id) == ("night", 1)
    assert changes == {"entered": 0, "left": 0, "moved": 1}
    assert campaign.roll_back("u", who="approver", reason="try")[0].publication_id == 1


def test_a_reader_in_a_long_transaction_is_not_waited_for_with_others_behind(database_url: str):
    with session(database_url) as opened:
        migrate(opened, shipped_migrations()[:1])
    reader, other = (psycopg2.connect(database_url) for _ in range(2))
    read = "SELECT count(*) FROM campaign.current_segments"
    with reader.cursor() as first, other.cursor() as second:
        first.execute(read)
        upgrade = threading.Thread(target=CampaignDatabase(database_url).migrate)
        upgrade.start()
        waits = []
        while upgrade.is_alive() and len(waits) < 20:
            started = time.monotonic()
            second.execute(read)
            other.commit()
            waits.append(time.monotonic() - started)
        reader.commit()
        upgrade.join(timeout=60)
    reader.close()
    other.close()
    assert max(waits) < 2
    assert CampaignDatabase(database_url).migrate() == ()


PUBLISHED_BY_VERSION_1 = """
    INSERT INTO campaign.use_cases (use_case) VALUES ('u');
    SELECT campaign.rebuild_current_segments();
    INSERT INTO campaign.publications (use_case, as_of, is_current, source, model_name,
        model_version, run_id, history, rows, counts, mean_propensity)
    VALUES ('u', '2026-11-16', true, 'shop', 'm', '1', 'r', 'observed', 1,
        '{"high": 1, "medium": 0, "low": 0}', 0.5);
    CREATE TABLE campaign.segments_1 PARTITION OF campaign.segments FOR VALUES IN (1);
    INSERT INTO campaign.segment_partitions VALUES (1, 'u');
    INSERT INTO campaign.segments VALUES (1, 'a', 0.5, 'high', 1, '[]', '[]');
"""


def publish_next(campaign: CampaignDatabase) -> tuple[Switch, Mapping[str, int]]:
    row = {"customer_id": ["a"], "propensity": [0.1], "segment": ["low"]}
    lists = {"recommended_products": ["[]"], "reasons": ["[]"]}
    publication = Publication(
        use_case="u",
        as_of=date(2026, 11, 17),
        source="shop",
        model_name="m",
        model_version="1",
        run_id="r",
        airflow_run=None,
        expected_rows=1,
    )
    receipt = campaign.publish(publication=publication, rows=pa.table(row | lists).to_reader())
    return campaign.switches("u")[0], receipt.changes
