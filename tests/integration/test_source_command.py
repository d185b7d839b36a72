"""`mkt source new` and `mkt source check`, from the command line to a real database."""

import json
import re

import psycopg2
import pytest
from typer.testing import CliRunner

from mkt_pipeline.cli.source import app
from mkt_pipeline.errors import BadInputError


@pytest.fixture(scope="module")
def database_url(postgres):
    """One database for all tests here: making one takes longer than any of them."""
    postgres.create_database("source_command")
    return postgres.url("source_command")


@pytest.fixture
def command(database_url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("CRM_URL", "CAMPAIGN_URL"):
        monkeypatch.setenv(f"MKT_{name}", database_url)
    monkeypatch.setenv("MKT_PROJECT", str(tmp_path))
    return lambda *arguments: CliRunner().invoke(app, arguments)


def test_a_new_source_can_be_checked_at_once_and_lacks_nothing_but_rows(command):
    assert command("new", "my_crm").exit_code == 0
    result = command("check", "my_crm", "--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 70
    errors = [p["problem"] for e in report["entities"] for p in e["problems"]]
    assert len(report["entities"]) == 6
    assert errors == [f"{entity['entity']} reads zero rows" for entity in report["entities"]]
    assert not report["is_usable"]
    assert re.match(r"\d{4}-\d\d-\d\dT", report["taken_at"])


def test_the_report_for_people_names_entities_columns_and_remedies(command):
    command("new", "my_crm")
    shown = command("check", "my_crm").stdout
    assert "orders: 0 rows" in shown
    assert "order_line_id" in shown
    assert "→ look whether row-level security" in shown
    assert "correct the errors first" in shown


def test_a_usable_source_ends_with_success(command, database_url, tmp_path):
    command("new", "my_crm")
    folder = tmp_path / "sources" / "my_crm"
    for name in ("interactions", "consents", "texts"):
        (folder / f"{name}.sql").unlink()
    for name in ("customers", "products", "orders"):
        _fill(folder / f"{name}.sql")
    result = command("check", "my_crm", "--json")
    assert result.exit_code == 0, result.stdout
    assert json.loads(result.stdout)["is_usable"]


@pytest.mark.parametrize(("today", "warned"), [("2020-02-29", True), ("2999-01-01", False)])
def test_the_future_begins_after_the_day_that_is_set(command, tmp_path, monkeypatch, today, warned):
    command("new", "my_crm")
    for path in (tmp_path / "sources" / "my_crm").glob("*.sql"):
        _fill(path)
        text = path.read_text()
        path.write_text(text.replace("now()", "'2030-01-01Z'" if not warned else "'2020-03-02Z'"))
    monkeypatch.setenv("MKT_TODAY", today)
    assert ("in the future" in command("check", "my_crm").stdout) == warned


def _fill(path):
    """Map one row of constants, as someone who follows the comments would map a table."""
    text = path.read_text().replace("WHERE false", "WHERE true")
    text = text.replace("NULL::text AS status", "'confirmed'::text AS status")
    for kind, value in {"text": "'1'", "timestamptz": "now()", "boolean": "true"}.items():
        text = text.replace(f"NULL::{kind}", f"{value}::{kind}")
    path.write_text(text.replace("NULL::numeric", "1::numeric"))


def test_a_source_that_is_there_is_never_overwritten(command):
    command("new", "my_crm")
    result = command("new", "my_crm")
    assert isinstance(result.exception, BadInputError)


@pytest.mark.parametrize("name", ["../evil", "My", "1st", "a" * 41, ""])
def test_a_name_that_could_leave_the_folder_is_refused(command, name):
    assert isinstance(command("new", "--", name).exception, BadInputError)


def test_a_new_source_explains_every_column_and_promises_valid_sql(command, database_url, tmp_path):
    command("new", "my_crm")
    connection = psycopg2.connect(database_url)
    with connection, connection.cursor() as cursor:
        for path in sorted((tmp_path / "sources" / "my_crm").glob("*.sql")):
            text = path.read_text()
            cursor.execute(f"PREPARE {path.stem} AS {text}")
            assert text.count("NULL::") == text.count("needed in every row") + text.count(
                "may be NULL"
            )
    connection.close()
