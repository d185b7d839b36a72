"""What the user may read and do, and queries that would write."""

import contextlib

import psycopg2
import pytest
from psycopg2 import sql

from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.crm.check import check_source
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.errors import AccessRefusedError, FailNowError

from .shop import CUSTOMERS, PRODUCTS, execute, problems, source


@pytest.fixture
def reader(shop):
    role = "reader_of_shop"
    name = sql.Identifier(role)
    execute(
        shop,
        sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'p'").format(name),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name),
    )
    yield shop, psycopg2.extensions.make_dsn(shop, user=role, password="p"), name
    execute(shop, sql.SQL("DROP OWNED BY {0}").format(name), sql.SQL("DROP ROLE {}").format(name))


def grant(reader, text):
    execute(reader[0], sql.SQL(text).format(reader[2]))


def test_a_right_that_is_missing_is_given_as_the_grant_to_run(reader):
    grant(reader, "GRANT SELECT ON people, goods TO {}")
    (found,) = problems(reader[1])
    assert "permission denied for table sold" in found.problem
    assert "GRANT SELECT ON sold TO reader_" in found.remedy


def test_a_user_that_may_read_what_is_mapped_and_no_more_is_not_remarked_upon(reader):
    grant(reader, "GRANT SELECT ON goods, sold TO {}")
    grant(reader, "GRANT SELECT (id, since, town) ON people TO {}")
    report = check_source(Crm(reader[1]), source())
    assert report.is_usable
    assert [p.problem for p in report.general if "not mapped:" not in p.problem] == []


def test_rights_that_are_too_wide_are_told(reader):
    execute(reader[0], "CREATE TABLE payroll (pay int)")
    grant(reader, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}")
    grant(reader, "GRANT DELETE ON goods TO {}")
    report = check_source(Crm(reader[1]), source())
    told = [(p.severity, p.problem) for p in report.general if "not mapped:" not in p.problem]
    role = report.user
    assert told == [
        ("warning", f"user {role} may write to public.goods"),
        ("warning", f"user {role} may read public.people.email, which looks like contact data"),
        ("warning", f"user {role} may read public.payroll, which no query reads"),
    ]
    assert report.is_usable


def test_a_column_that_is_only_named_in_the_text_of_a_query_does_not_count_as_read(reader):
    grant(reader, "GRANT SELECT ON people, goods, sold TO {}")
    named = CUSTOMERS.replace("town AS city", "'email'::text AS city -- town\n")
    report = check_source(Crm(reader[1]), source(customers=named))
    told = [p.problem for p in report.general if "not mapped:" not in p.problem]
    assert told == [
        f"user {report.user} may read public.people.email, which looks like contact data",
        f"user {report.user} may read public.people.town, which no query reads",
    ]


def test_a_whole_row_reads_every_column(reader):
    grant(reader, "GRANT SELECT ON people, goods, sold TO {}")
    whole = CUSTOMERS.replace("town AS city", "left(p::text, 3) AS city").replace(
        "FROM people", "FROM people AS p"
    )
    report = check_source(Crm(reader[1]), source(customers=whole))
    assert [p.problem for p in report.general if "not mapped:" not in p.problem] == []


def test_where_no_temporary_view_can_be_made_it_is_said_that_rights_are_not_known(reader):
    url, read_as, _ = reader
    grant(reader, "GRANT SELECT ON people, goods, sold TO {}")
    database = sql.Identifier(url.rpartition("/")[2])
    execute(url, sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(database))
    try:
        report = check_source(Crm(read_as), source())
    finally:
        execute(url, sql.SQL("GRANT TEMPORARY ON DATABASE {} TO PUBLIC").format(database))
    (told,) = [p for p in report.general if "not mapped:" not in p.problem]
    assert told.severity == "note"
    assert told.problem.startswith("whether the user may read more than is needed is not")
    assert report.is_usable


def test_a_superuser_is_a_warning(shop):
    assert any("superuser" in p.problem for p in problems(shop, severity="warning"))


def test_rows_hidden_by_row_level_security_are_an_error_and_explained(reader):
    grant(reader, "GRANT SELECT ON people, goods, sold TO {}")
    execute(reader[0], "ALTER TABLE sold ENABLE ROW LEVEL SECURITY")
    assert [p.problem for p in problems(reader[1])] == ["orders reads zero rows"]
    warned = [p.problem for p in problems(reader[1], severity="warning")]
    assert any("row-level security may hide rows of public.sold" in text for text in warned)


def test_a_check_without_a_connection_fails_as_every_reader_does(shop):
    with pytest.raises(AccessRefusedError):
        check_source(Crm(psycopg2.extensions.make_dsn(shop, password="wrong")), source())


def product_id(expression):
    return PRODUCTS.replace("sku AS product_id", f"{expression} AS product_id")


@pytest.mark.parametrize(
    "query",
    [
        f"WITH gone AS (DELETE FROM goods RETURNING *) {PRODUCTS.replace('goods', 'gone')}",
        PRODUCTS.replace("FROM goods", "INTO copied FROM goods"),
        product_id("setval('counter', 99)::text"),
        product_id("concat(set_config('transaction_read_only', 'off', true), empties())"),
        product_id("empties()::text"),
        product_id("lo_create(4711)::text"),
        f"{PRODUCTS} FOR UPDATE",
    ],
)
def test_a_query_that_would_write_writes_nothing(shop, query):
    execute(
        shop,
        "CREATE SEQUENCE counter",
        "CREATE FUNCTION empties() RETURNS int LANGUAGE sql AS 'DELETE FROM goods; SELECT 1'",
    )
    assert not check_source(Crm(shop), source(products=query)).is_usable
    with (
        Crm(shop).snapshot() as snapshot,
        pytest.raises(FailNowError, match=r"read-only|INTO|WITH clause|syntax error"),
    ):
        snapshot.read(ENTITIES["products"], query).read_all()
    # Refused, or only looked at: either way nothing happens.
    with contextlib.suppress(FailNowError):
        Crm(shop).reads({"products": query})
    connection = psycopg2.connect(shop)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM goods), (SELECT is_called FROM counter),"
            " to_regclass('copied'), (SELECT count(*) FROM pg_largeobject_metadata)"
        )
        assert cursor.fetchone() == (2, False, None, 0)
    connection.close()
