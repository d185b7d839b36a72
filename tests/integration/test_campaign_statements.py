"""Every statement of the campaign package is understood by a real PostgreSQL."""

import re
from importlib import resources

import psycopg2
import pytest

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.statements import statement

FILES = sorted(
    entry.name.removesuffix(".sql")
    for entry in resources.files("mkt_pipeline.campaign").joinpath("sql").iterdir()
    if entry.name.endswith(".sql")
)
DEFINITIONS = {
    "copy_published",
    "copy_segments",
    "create_migrations",
    "count_customer",
    "erase_customer",
    "short_lock_timeout",
    "vacuum_table",
}
"""PostgreSQL cannot prepare definitions; the tests of publications and migrations run them."""


def numbered(text: str) -> str:
    """``%(name)s`` as ``$1``, which PREPARE understands."""
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", text)))
    return re.sub(r"%\((\w+)\)s", lambda match: f"${names.index(match[1]) + 1}", text)


@pytest.mark.parametrize("name", FILES)
def test_a_statement_says_what_it_is_and_names_its_parameters(name: str):
    lines = [line for line in statement(name).splitlines() if line.startswith("--")]
    header = "\n".join(lines)
    assert header.startswith("-- What: ")
    assert "-- Grain: " in header
    used = set(re.findall(r"%\((\w+)\)s", statement(name)))
    named = set(re.findall(r"\w+", header.split("-- Parameters:")[1]))
    assert used <= named


def test_every_statement_can_be_prepared(database_url: str):
    CampaignDatabase(database_url).migrate()
    prepared = [name for name in FILES if name not in DEFINITIONS]
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        for name in prepared:
            cursor.execute(f"PREPARE {name} AS {numbered(statement(name))}")
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        assert cursor.fetchone() == (len(prepared),)
    connection.close()
