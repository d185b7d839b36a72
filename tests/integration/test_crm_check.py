"""`mkt source check`: every kind of problem is found, named and given a remedy."""

import contextlib

import psycopg2
import pytest
from psycopg2 import sql

from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.contracts.source import EntityReading, Source
from mkt_pipeline.crm.check import check_source
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.errors import AccessRefusedError, FailNowError

TABLES = """
CREATE TABLE people (id int, since timestamptz, email text, town text);
INSERT INTO people
SELECT n, '2026-01-01Z'::timestamptz + n * interval '1d', 'x', 'Bath' FROM generate_series(1, 20) n;
CREATE TABLE goods (sku text, label text);
INSERT INTO goods VALUES ('a', 'Apple'), ('b', 'Bread');
CREATE TABLE sold (line int, person int, sku text, at timestamptz, paid numeric, state text);
INSERT INTO sold
SELECT n, 1 + n % 20, 'a', '2026-02-01Z'::timestamptz, 3.5, 'confirmed'
FROM generate_series(1, 100) AS n;
"""
CUSTOMERS = """
SELECT id::text AS customer_id, since AS created_at, since AS updated_at, true AS is_active,
       NULL::integer AS birth_year, NULL::text AS gender, town AS city, NULL::text AS region,
       NULL::text AS country, NULL::text AS acquisition_channel
FROM people
"""
PRODUCTS = """
SELECT sku AS product_id, label AS name, NULL::text AS category, NULL::numeric AS price,
       true AS is_active, NULL::timestamptz AS updated_at
FROM goods
"""
ORDERS = """
SELECT line::text AS order_line_id, line::text AS order_id, person::text AS customer_id,
       sku AS product_id, at AS ordered_at, 1 AS quantity, paid AS amount, state AS status,
       NULL::text AS campaign_id, at AS updated_at
FROM sold
"""
CONSENTS = """
SELECT id::text AS consent_id, id::text AS customer_id, 'email'::text AS channel,
       'granted'::text AS status, since AS effective_at, since AS updated_at
FROM people WHERE email = 'yes'
"""


def execute(url, *statements):
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


@pytest.fixture(scope="module")
def database_url(postgres):
    """One database for all tests here: making one takes longer than any of them."""
    postgres.create_database("crm_check")
    return postgres.url("crm_check")


@pytest.fixture
def shop(database_url):
    execute(database_url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public", TABLES)
    return database_url


def source(*, may_be_empty=(), **queries):
    mapped = {"customers": CUSTOMERS, "products": PRODUCTS, "orders": ORDERS, **queries}
    return Source(
        name="shop",
        description="A shop",
        currency="EUR",
        may_be_empty=frozenset(may_be_empty),
        queries=mapped,
    )


def problems(url, given=None, *, severity="error"):
    report = check_source(Crm(url), given or source())
    return [p for p in report.problems() if p.severity == severity]


def test_a_sound_source_is_usable_and_its_rows_and_newest_update_are_told(shop):
    report = check_source(Crm(shop), source())
    assert report.is_usable
    facts = {e.entity: (e.rows, e.newest_update and e.newest_update.day) for e in report.entities}
    assert facts == {"customers": (20, 21), "products": (2, None), "orders": (100, 1)}
    assert all(column.fits for entity in report.entities for column in entity.columns)


def test_all_columns_that_do_not_fit_are_named_not_only_the_first(shop):
    query = ORDERS.replace("line::text AS order_id", "line AS order_id").replace(
        "sku AS product_id,", ""
    )
    found = problems(shop, source(orders=query))
    assert [p.problem for p in found] == [
        "orders.order_id is integer, the contract wants text",
        "orders.product_id (text) is not in the query",
    ]
    assert found[0].remedy == "write order_id::text"


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE sold SET line = 2 WHERE line < 4", "orders.order_line_id repeats in 3 rows"),
        ("UPDATE sold SET at = NULL WHERE line < 4", "orders.ordered_at is missing in 3 of 100"),
        ("UPDATE sold SET person = 99", "orders.customer_id points nowhere in 100 of 100"),
        ("UPDATE sold SET sku = 'z' WHERE sku > ''", "product_id points nowhere in 100 of 100"),
        (
            "UPDATE sold SET state = 'lost' WHERE line = 1",
            "orders.status holds unknown values in 1 of 100 rows: 'lost'",
        ),
        (
            "UPDATE sold SET at = 'infinity' WHERE line = 1",
            "ordered_at cannot be read in 1 of",
        ),
        ("UPDATE sold SET paid = 1e20 WHERE line = 1", "orders.amount cannot be read in 1 of 100"),
        ("DELETE FROM sold", "orders reads zero rows"),
        ("ALTER TABLE sold RENAME paid TO price", 'column "paid" does not exist'),
        ("DROP TABLE sold", 'relation "sold" does not exist'),
    ],
)
def test_what_is_wrong_with_the_rows_is_an_error_with_a_remedy(shop, statement, problem):
    execute(shop, statement)
    found = problems(shop)
    assert any(problem in each.problem for each in found), found
    assert all(each.remedy for each in found)


def test_a_table_that_breaks_leaves_the_other_entities_checked(shop):
    execute(shop, "DROP TABLE sold")
    report = check_source(Crm(shop), source())
    rows = {entity.entity: entity.rows for entity in report.entities}
    assert rows == {"customers": 20, "products": 2, "orders": None}


def test_bad_rows_within_the_limit_of_the_source_are_only_a_warning(shop):
    execute(shop, "UPDATE sold SET at = NULL WHERE line = 1")
    lenient = source().model_copy(update={"quarantine_limit": 0.01})
    assert problems(shop, lenient) == []
    assert "missing in 1" in problems(shop, lenient, severity="warning")[0].problem


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE sold SET person = 99 WHERE line < 4", "customer_id points nowhere in 3 of 100"),
        (
            "UPDATE sold SET sku = CASE line WHEN 1 THEN 'z' WHEN 2 THEN 'a' END",
            "orders.product_id points nowhere in 1 of 2 rows",
        ),
        (
            "UPDATE sold SET at = now() + interval '1d' WHERE line < 3",
            "orders.ordered_at lies in the future in 2 of 100 rows",
        ),
        ("UPDATE people SET since = '2099-01-01Z' WHERE id = 1", "customers.created_at lies in"),
        (
            "UPDATE people SET town = '2090' WHERE id = 1",
            "customers.birth_year lies in the future in 1 of 20 rows",
        ),
    ],
)
def test_what_a_night_reads_as_it_is_is_only_a_warning(shop, statement, problem):
    execute(shop, statement)
    born = "CASE town WHEN '2090' THEN 2090 ELSE 1990 END AS birth_year"
    given = source(customers=CUSTOMERS.replace("NULL::integer AS birth_year", born))
    found = [each.problem for each in problems(shop, given, severity="warning")]
    assert any(problem in each for each in found), found
    assert problems(shop, given) == []


def test_rows_that_break_different_rules_count_together_and_each_once(shop):
    """As a night counts them, so that neither says that all is well where the other stops."""
    execute(
        shop,
        "UPDATE sold SET state = 'lost' WHERE line IN (1, 2)",
        "UPDATE sold SET at = NULL, paid = 'NaN' WHERE line IN (2, 3)",
        "UPDATE sold SET line = 5 WHERE line IN (3, 4)",
    )
    # 1 and 2; three rows of the key 5, one of which breaks other rules as well.
    for limit, errors in ((0.05, 0), (0.049, 1)):
        given = source().model_copy(update={"quarantine_limit": limit})
        assert len(found := problems(shop, given)) == errors, found
        warned = [each.problem for each in problems(shop, given, severity="warning")]
        assert any("repeats in 3 rows" in each for each in warned)
    assert "together 5 of 100 rows would be set aside, more than 4.90%" in found[0].problem


def test_the_limit_of_an_entity_goes_before_that_of_the_source(shop):
    execute(shop, "UPDATE sold SET state = 'lost' WHERE line = 1")
    lenient = EntityReading(quarantine_limit=0.01)
    given = source().model_copy(update={"reading": {"orders": lenient}})
    assert problems(shop, given) == []
    assert "unknown values in 1 of" in problems(shop, given, severity="warning")[0].problem


def test_zero_rows_are_an_error_unless_the_source_allows_them(shop):
    assert "consents reads zero rows" in problems(shop, source(consents=CONSENTS))[0].problem
    assert problems(shop, source(consents=CONSENTS, may_be_empty=["consents"])) == []


def test_an_update_in_the_future_hints_at_local_time(shop):
    execute(shop, "UPDATE sold SET at = now() + interval '5 hours'")
    assert "in the future" in problems(shop, severity="warning")[0].problem


def test_an_attribute_with_too_many_values_is_no_category(shop):
    execute(shop, "INSERT INTO people SELECT n, now(), n::text FROM generate_series(21, 999) AS n")
    query = CUSTOMERS.replace("FROM people", ", email AS attr_mail, id AS attr_id FROM people")
    found = problems(shop, source(customers=query), severity="warning")
    assert "customers.attr_mail has 980 different texts" in [p.problem for p in found]


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
