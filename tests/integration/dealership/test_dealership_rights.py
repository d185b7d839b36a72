"""Least rights in a CRM: the printed SQL is all that a night needs, and the check sees more."""

import uuid
from datetime import date
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import sql
from typer.testing import CliRunner

from mkt_pipeline.cli.source import app
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.crm.check import check_source
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.crm.source_folder import load_source
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.steps.extract import extract_changes

PROJECT = Path(__file__).resolve().parents[3]
AS_OF = AsOf(date(2026, 11, 1))
ALL_COLUMNS = """
SELECT format('%I.%I', n.nspname, c.relname), a.attname
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname LIKE 'dealership%'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relkind IN ('r', 'v')
"""


def run(url, *statements):
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


@pytest.fixture
def crm(copy_of_dealership):
    return copy_of_dealership()


@pytest.fixture
def role(crm):
    """A role without rights, with a name that has to be quoted, and its address."""
    name = f"Reader {uuid.uuid4().hex[:8]}"
    quoted = sql.Identifier(name)
    run(crm, sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'p'").format(quoted))
    yield name, psycopg2.extensions.make_dsn(crm, user=name, password="p")
    run(crm, sql.SQL("DROP OWNED BY {0}").format(quoted))
    run(crm, sql.SQL("DROP ROLE {}").format(quoted))


@pytest.fixture
def printed(monkeypatch, tmp_path, crm):
    """What `mkt source grants` prints for this database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MKT_PROJECT", str(PROJECT))

    def grants(*arguments):
        result = CliRunner().invoke(app, ["grants", "--url", crm, *arguments])
        if result.exception:
            raise result.exception
        return result.stdout

    return grants


def test_with_the_printed_rights_alone_a_whole_night_is_read_and_nothing_else(
    crm, role, printed, tmp_path, ask
):
    name, url = role
    text = printed("dealership", "--role", name)
    run(crm, text, text)
    source = load_source(PROJECT / "sources" / "dealership")
    lake = Lake(str(tmp_path / "lake"), "dealership", "UTC", tmp_path / "scratch", "500MB", 2)
    told = extract_changes(crm=Crm(url), lake=lake, source=source, as_of=AS_OF)
    ((persons,),) = ask(crm, "SELECT count(*) FROM dealership.persons")
    assert {one.entity: one.read for one in told.entities}["customers"] == persons
    assert all(one.read for one in told.entities)

    with Crm(url).snapshot() as snapshot:
        assert snapshot.server_state().oldest_open is not None
    readable = {
        (table, column)
        for table, column in ask(crm, ALL_COLUMNS)
        if ask(crm, "SELECT has_column_privilege(%s, %s, %s, 'SELECT')", (name, table, column))
        == [(True,)]
    }
    of_persons = {column for table, column in readable if table == "dealership.persons"}
    assert of_persons.isdisjoint({"first_name", "last_name", "email", "phone", "salutation_text"})
    assert {"person_id", "date_of_birth", "origin"} <= of_persons
    assert not any(table.startswith("dealership_truth") for table, _ in readable)
    for table, column in sorted(readable):
        assert column in text
        assert table in text
    for secret in (
        "SELECT email FROM dealership.persons",
        "SELECT count(p) FROM dealership.persons p",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(url, secret)

    report = check_source(Crm(url), source)
    assert [problem.problem for problem in report.problems()] == []


def test_a_right_less_and_the_night_does_not_run(crm, role, printed):
    name, url = role
    lines = printed("dealership", "--role", name).replace("date_of_birth, ", "")
    run(crm, lines)
    report = check_source(Crm(url), load_source(PROJECT / "sources" / "dealership"))
    assert not report.is_usable
    assert "permission denied for table persons" in next(report.problems()).problem


def test_a_wider_role_is_warned_of_column_by_column(crm, role, printed):
    name, url = role
    run(crm, printed("dealership", "--role", name))
    quoted = sql.Identifier(name)
    run(
        crm,
        sql.SQL("GRANT SELECT ON dealership.persons, dealership.vehicles_owned TO {}").format(
            quoted
        ),
    )
    report = check_source(Crm(url), load_source(PROJECT / "sources" / "dealership"))
    assert [(problem.severity, problem.problem) for problem in report.problems()] == [
        (
            "warning",
            f"user {name} may read dealership.persons.first_name, dealership.persons.last_name,"
            " dealership.persons.email, dealership.persons.phone, which looks like contact data",
        ),
        ("warning", f"user {name} may read dealership.vehicles_owned, which no query reads"),
    ]
    assert all("mkt source grants" in problem.remedy for problem in report.problems())


def test_sending_has_rights_of_its_own(crm, role, printed, tmp_path, monkeypatch, ask):
    with pytest.raises(BadInputError, match=r"dealership has no contact_points\.sql → write it"):
        printed("dealership", "--role", role[0], "--for", "activation")
    folder = tmp_path / "sources" / "dealership"
    folder.mkdir(parents=True)
    for path in (PROJECT / "sources" / "dealership").iterdir():
        (folder / path.name).write_text(path.read_text())
    (folder / "contact_points.sql").write_text(
        "SELECT person_id::text AS customer_id, email FROM dealership.persons;"
    )
    monkeypatch.setenv("MKT_PROJECT", str(tmp_path))
    name, url = role
    text = printed("dealership", "--role", name, "--for", "activation")
    run(crm, text)
    assert "pg_read_all_stats" not in text
    assert ask(url, "SELECT count(email) > 0 FROM dealership.persons") == [(True,)]
    for other in ("phone FROM dealership.persons", "1 FROM dealership.sales"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(url, f"SELECT {other}")


SHOP = """
CREATE SCHEMA shop;
CREATE TABLE shop.person (id int, mail text, "Odd ""name" text);
CREATE TABLE shop.hidden (id int, secret text);
CREATE VIEW shop.owned AS SELECT id, secret FROM shop.hidden;
CREATE VIEW shop.invoked WITH (security_invoker = true) AS SELECT id FROM shop.hidden;
CREATE FUNCTION shop.twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 2 * n';
"""


@pytest.mark.parametrize(
    ("query", "granted"),
    [
        ("SELECT count(*) FROM shop.person", ["(id) ON shop.person"]),
        ("SELECT p FROM shop.person p", ["ON shop.person"]),
        ('SELECT "Odd ""name" FROM shop.person', ['("Odd ""name") ON shop.person']),
        ("SELECT id FROM (SELECT * FROM shop.owned) x", ["(id, secret) ON shop.owned"]),
        ("SELECT 1 FROM shop.invoked", ["(id) ON shop.hidden", "(id) ON shop.invoked"]),
        (
            "SELECT 1 FROM shop.person JOIN shop.hidden USING (id)",
            ["(id) ON shop.hidden", "(id) ON shop.person"],
        ),
        (
            "SELECT id FROM shop.person WHERE mail IS NOT NULL ORDER BY shop.twice(id)",
            ["(id, mail) ON shop.person", "FUNCTION shop.twice(integer)"],
        ),
        ("SELECT ctid::text FROM shop.person", ["(ctid) ON shop.person"]),
    ],
)
def test_what_a_query_reads_is_what_the_server_asks_rights_for(
    database_url, tmp_path, monkeypatch, query, granted
):
    """The rights are enough: the query runs with them, whatever way it names its columns."""
    run(database_url, SHOP)
    name = f"r_{uuid.uuid4().hex[:8]}"
    run(database_url, f"CREATE ROLE {name} LOGIN PASSWORD 'p'")
    folder = tmp_path / "sources" / "shop"
    folder.mkdir(parents=True)
    (folder / "source.yaml").write_text("name: shop\ndescription: A shop\ncurrency: EUR\n")
    for entity in ("customers", "products", "orders"):
        (folder / f"{entity}.sql").write_text(query)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MKT_PROJECT", str(tmp_path))
    asked = ["grants", "shop", "--role", name, "--url", database_url]
    text = CliRunner().invoke(app, asked).stdout
    found = " ".join(line.strip() for line in text.splitlines() if not line.startswith("--"))
    told = [
        part.split(" TO ")[0]
        for part in found.replace("EXECUTE ON ", "SELECT ").split("SELECT ")[1:]
    ]
    assert [part.removeprefix("ON ").strip() for part in told] == [
        part.removeprefix("ON ") for part in granted
    ]
    try:
        run(database_url, text)
        url = psycopg2.extensions.make_dsn(database_url, user=name, password="p")
        run(url, query)
    finally:
        run(database_url, f"DROP OWNED BY {name}", f"DROP ROLE {name}")
