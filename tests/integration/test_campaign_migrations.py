"""The campaign schema from nothing, twice, changed behind its back, and explained."""

from dataclasses import replace

import psycopg2
import pytest

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.migrate import Migration, migrate, shipped_migrations
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
