"""Reading entities out of a real PostgreSQL as Arrow."""

import threading
from datetime import UTC, datetime
from decimal import Decimal

import psycopg2
import pyarrow as pa
import pytest
from psycopg2 import sql

from mkt_pipeline.contracts.entities import CUSTOMERS, ORDERS, TEXTS
from mkt_pipeline.contracts.reading import UNREADABLE
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.crm.query_columns import QueryColumn
from mkt_pipeline.errors import SourceBrokenError, TryAgainError

CUSTOMER = {
    "customer_id": "'c1'::text",
    "created_at": "'2026-01-02 03:04:05.678901+02'::timestamptz",
    "updated_at": "NULL::timestamptz",
    "is_active": "true",
    "birth_year": "1980",
    "gender": "NULL::text",
    "city": "''::text",
    "region": "E'a \"b\",\\nc'::text",
    "country": "'GB'::text",
    "acquisition_channel": "NULL::text",
}
ORDER = {
    "order_line_id": "n::text",
    "order_id": "'o'::text",
    "customer_id": "'c1'::text",
    "product_id": "'p1'::text",
    "ordered_at": "now()",
    "quantity": "1::numeric",
    "amount": "2.50::numeric",
    "status": "'confirmed'::text",
    "campaign_id": "NULL::text",
    "updated_at": "NULL::timestamptz",
}
TEXT = {
    "text_id": "n::text",
    "customer_id": "NULL::text",
    "product_id": "NULL::text",
    "written_at": "now()",
    "channel": "NULL::text",
    "language": "NULL::text",
    "rating": "4",
    "body": "repeat('x', 1000)",
    "updated_at": "NULL::timestamptz",
}


@pytest.fixture(scope="module")
def database_url(postgres):
    """One database for all tests here: making one takes longer than any of them."""
    postgres.create_database("crm_snapshot")
    return postgres.url("crm_snapshot")


MOMENTS_OUTSIDE = ("infinity", "-infinity", "0044-03-15 BC", "12026-01-01")


def select(columns, *, source="", **changes):
    given = {name: code for name, code in {**columns, **changes}.items() if code is not None}
    chosen = ", ".join(f"{code} AS {name}" for name, code in given.items())
    return f"SELECT {chosen} {source}"


def many(columns, rows, **changes):
    return select(
        columns, source=f"FROM (SELECT generate_series(1, {rows}) AS n) AS endless", **changes
    )


def read(url, entity, query):
    with Crm(url).snapshot() as snapshot:
        return snapshot.read(entity, query).read_all()


def test_every_type_of_the_contract_arrives_as_its_arrow_type(database_url):
    table = read(database_url, CUSTOMERS, select(CUSTOMER))
    assert table.to_pylist() == [
        {
            "customer_id": "c1",
            "created_at": datetime(2026, 1, 2, 1, 4, 5, 678901, tzinfo=UTC),
            "updated_at": None,
            "is_active": True,
            "birth_year": 1980,
            "gender": None,
            "city": "",
            "region": 'a "b",\nc',
            "country": "GB",
            "acquisition_channel": None,
            UNREADABLE: None,
        }
    ]
    assert table.schema.field("created_at").type == pa.timestamp("us", "UTC")
    assert table.schema.field("birth_year").type == pa.int64()


def test_columns_come_in_the_order_of_the_contract_then_attributes_by_name(database_url):
    shuffled = dict(reversed(CUSTOMER.items()))
    query = select(shuffled, attr_z="1::smallint", attr_b="'x'::varchar(3)", attr_a="false")
    table = read(database_url, CUSTOMERS, query)
    assert tuple(table.column_names) == (
        *CUSTOMERS.column_names,
        *("attr_a", "attr_b", "attr_z"),
        UNREADABLE,
    )
    assert table.schema.types[-4:-1] == [pa.bool_(), pa.string(), pa.float64()]


def test_decimals_are_exact_and_rounded_to_four_places(database_url):
    table = read(database_url, ORDERS, many(ORDER, 1, amount="-12345678901234.00005::numeric"))
    assert table["amount"].to_pylist() == [Decimal("-12345678901234.0001")]


def test_an_entity_without_rows_keeps_its_schema(database_url):
    table = read(database_url, ORDERS, many(ORDER, 0))
    assert table.num_rows == 0
    assert tuple(table.column_names) == (*ORDERS.column_names, UNREADABLE)


def test_a_query_may_end_in_a_semicolon_and_a_comment_and_hold_a_percent_sign(database_url):
    query = many(ORDER, 1, order_id="('50%' || '{}')::text") + ";  -- the end; really\n"
    assert read(database_url, ORDERS, query)["order_id"].to_pylist() == ["50%{}"]


def test_columns_are_described_without_reading_a_row(database_url):
    with Crm(database_url).snapshot() as snapshot:
        columns = snapshot.columns(
            "SELECT 1 / n AS never, now() AS at, 'x'::varchar(9) AS name "
            "FROM generate_series(0, 9) AS n"
        )
    assert columns == (
        QueryColumn("never", "integer"),
        QueryColumn("at", "timestamp with time zone"),
        QueryColumn("name", "character varying"),
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"status": None}, r"orders\.status \(text\) is not in the query"),
        ({"order_id": "1"}, r"orders\.order_id is integer, .* wants text → write order_id::text"),
        ({"ordered_at": "now()::timestamp"}, r"AT TIME ZONE 'UTC'"),
        ({"amount": "1.5::double precision"}, r"double precision, .* decimal → write amount::num"),
        ({"attr_x": "1"}, r"orders\.attr_x is not in the contract → leave it out"),
    ],
)
def test_columns_that_do_not_fit_are_refused_before_any_row_is_read(database_url, changes, message):
    query = many(ORDER, 1, **changes)
    with (
        Crm(database_url).snapshot() as snapshot,
        pytest.raises(SourceBrokenError, match=message),
    ):
        snapshot.read(ORDERS, query)


def test_an_attribute_of_a_type_that_is_no_feature_is_refused(database_url):
    with pytest.raises(SourceBrokenError, match=r"customers\.attr_when is date"):
        read(database_url, CUSTOMERS, select(CUSTOMER, attr_when="current_date"))


def test_a_large_table_arrives_whole_in_several_batches(database_url):
    with Crm(database_url).snapshot() as snapshot:
        batches = list(snapshot.read(TEXTS, many(TEXT, 40_000)))
    assert len(batches) > 2
    assert sum(batch.num_rows for batch in batches) == 40_000


def test_a_consumer_may_stop_early_and_the_snapshot_goes_on(database_url):
    before = threading.active_count()
    with Crm(database_url, statement_timeout_seconds=20).snapshot() as snapshot:
        reader = snapshot.read(TEXTS, many(TEXT, 10_000_000))
        reader.read_next_batch()
        again = snapshot.read(ORDERS, many(ORDER, 3)).read_all()
        with pytest.raises(SourceBrokenError, match="cut off by another statement"):
            reader.read_all()
    assert again.num_rows == 3
    assert threading.active_count() == before


def test_leaving_the_snapshot_in_the_middle_of_a_stream_frees_everything(database_url):
    before = threading.active_count()
    with Crm(database_url).snapshot() as snapshot:
        snapshot.read(TEXTS, many(TEXT, 10_000_000)).read_next_batch()
    assert threading.active_count() == before


def test_a_stream_read_after_its_snapshot_is_refused(database_url):
    with Crm(database_url).snapshot() as snapshot:
        reader = snapshot.read(ORDERS, many(ORDER, 3))
    with pytest.raises(SourceBrokenError, match="after its snapshot had ended"):
        reader.read_all()


def test_an_error_of_the_server_in_mid_stream_is_never_a_short_result(database_url):
    query = many(ORDER, 200_000, amount="(1000 / (150000 - n))::numeric")
    with pytest.raises(SourceBrokenError, match="reading orders: division by zero"):
        read(database_url, ORDERS, query)


def test_a_snapshot_survives_a_query_that_failed(database_url):
    with Crm(database_url).snapshot() as snapshot:
        with pytest.raises(SourceBrokenError, match='relation "nothing" does not exist'):
            snapshot.read(ORDERS, "SELECT * FROM nothing")
        with pytest.raises(SourceBrokenError, match="division"):
            snapshot.read(ORDERS, many(ORDER, 9, amount="(1 / (5 - n))::numeric")).read_all()
        assert snapshot.read(ORDERS, many(ORDER, 2)).read_all().num_rows == 2


def test_the_error_of_a_stream_keeps_its_kind_through_a_consumer_that_wraps_it(database_url):
    def consume():
        with Crm(database_url).snapshot() as snapshot:
            try:
                snapshot.read(ORDERS, many(ORDER, 9, amount="(1 / (5 - n))::numeric")).read_all()
            except SourceBrokenError as error:
                raise RuntimeError("written by another library") from error

    with pytest.raises(SourceBrokenError, match="division"):
        consume()


def test_no_value_of_a_row_reaches_a_message(database_url):
    secret = "(ARRAY['1', 'jane@example.org'])[n]::numeric"
    with pytest.raises(SourceBrokenError) as caught:
        read(database_url, ORDERS, many(ORDER, 2, amount=secret))
    assert "invalid input syntax for type numeric" in str(caught.value)
    assert "jane" not in str(caught.value)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("ordered_at", f"'{when}'::timestamptz") for when in MOMENTS_OUTSIDE),
        *(("amount", f"{value}::numeric") for value in ("100000000000000", "'NaN'", "'-inf'")),
        ("amount", "99999999999999.99995::numeric"),  # would be rounded to a digit more
    ],
)
def test_a_value_that_cannot_be_kept_arrives_as_null_with_its_column(database_url, column, value):
    (row,) = read(database_url, ORDERS, many(ORDER, 1, **{column: value})).to_pylist()
    assert (row[column], row[UNREADABLE]) == (None, column)
    (row,) = read(
        database_url,
        ORDERS,
        many(ORDER, 1, updated_at="'-infinity'::timestamptz", **{column: value}),
    ).to_pylist()
    assert row[UNREADABLE] == f"{column}, updated_at"


@pytest.mark.parametrize("value", ["'NaN'::real", "'-inf'::float8", "'NaN'::numeric", "1e309"])
def test_a_number_that_cannot_be_kept_arrives_as_null_with_its_column(database_url, value):
    query = select(CUSTOMER, attr_spare=f"{value}", attr_least="'-32768'::smallint")
    (row,) = read(database_url, CUSTOMERS, query).to_pylist()
    assert (row["attr_spare"], row["attr_least"]) == (None, -32768)
    assert row[UNREADABLE] == "attr_spare"


@pytest.mark.parametrize("value", ["99999999999999.9999", "-99999999999999.9999", "NULL", "0"])
def test_what_can_just_be_kept_is(database_url, value):
    changes = {"amount": f"{value}::numeric", "ordered_at": "'9999-12-31 23:59:59.999999Z'"}
    changes["ordered_at"] += "::timestamptz"
    (row,) = read(database_url, ORDERS, many(ORDER, 1, **changes)).to_pylist()
    assert row["amount"] == (None if value == "NULL" else Decimal(value))
    assert (row["ordered_at"].year, row[UNREADABLE]) == (9999, None)


def test_a_snapshot_sees_one_instant_in_utc_and_writes_nothing(database_url):
    with psycopg2.connect(database_url) as writer, writer.cursor() as cursor:
        cursor.execute("CREATE TABLE lines AS SELECT generate_series(1, 5) AS n")
        writer.commit()
        query = select(ORDER, source="FROM lines")
        with Crm(database_url).snapshot() as snapshot:
            before = snapshot.read(ORDERS, query).read_all().num_rows
            cursor.execute("DELETE FROM lines")
            writer.commit()
            after = snapshot.read(ORDERS, query).read_all().num_rows
            assert snapshot.taken_at.tzinfo is UTC
            with pytest.raises(SourceBrokenError, match="read-only transaction"):
                snapshot.rows(sql.SQL("DELETE FROM lines"), doing="writing")
    writer.close()
    assert (before, after) == (5, 5)


def test_a_statement_over_its_time_limit_can_be_tried_again(database_url):
    with (
        pytest.raises(TryAgainError, match="longer than its time limit"),
        Crm(database_url, statement_timeout_seconds=1).snapshot() as snapshot,
    ):
        snapshot.read(ORDERS, many(ORDER, 1, order_id="pg_sleep(5)::text")).read_all()
