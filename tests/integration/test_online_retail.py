"""UCI Online Retail II: loaded with its dirt, mapped without it."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg2
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv

from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.crm.check import check_source
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.crm.source_folder import load_source
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.samples.online_retail import load

SOURCE = Path(__file__).resolve().parents[2] / "sources" / "online_retail"

LINES = {
    "Invoice": ["1", "1", "1", "C2", "3", "4", "4", "5"],
    "StockCode": ["85123A", "85123a", "POST", "85123A", "22086", "22086", "22087 ", "M"],
    "Description": ["LAMP ", "LAMP", "POSTAGE", "LAMP", "", None, "damaged", "Manual"],
    "Quantity": [2, 2, 1, -1, 5, 3, -3, 1],
    "InvoiceDate": [
        # The file has local times without a zone.
        datetime(2010, 7, day, 12, tzinfo=UTC).replace(tzinfo=None)
        for day in (1, 1, 1, 9, 3, 4, 4, 2)
    ],
    "Price": [2.5, 2.5, 18.0, 2.5, 1.45, 0.0, 0.0, 9.0],
    "Customer ID": [7.0, 7.0, 7.0, 7.0, None, 8.0, None, 9.0],
    "Country": ["France", "France", "France", "France", "EIRE", "EIRE", "EIRE", "Unspecified"],
}


@pytest.fixture(scope="module")
def database_url(postgres):
    """One database for all tests here: making one takes longer than any of them."""
    postgres.create_database("online_retail")
    return postgres.url("online_retail")


@pytest.fixture
def parquet_file(tmp_path):
    path = tmp_path / "lines.parquet"
    pq.write_table(pa.table(LINES), path)
    return path


def mapped(url, entity):
    source = load_source(SOURCE)
    with Crm(url).snapshot() as snapshot:
        rows = snapshot.read(ENTITIES[entity], source.queries[entity]).read_all().to_pylist()
    return sorted(rows, key=lambda row: row[ENTITIES[entity].key])


def fields(url, entity, *names):
    return [tuple(row[name] for name in names) for row in mapped(url, entity)]


def test_the_report_counts_each_kind_of_dirt(database_url, parquet_file):
    report = load(url=database_url, path=parquet_file)
    assert (report.lines, report.customers) == (8, 3)
    assert report.without_customer == 2
    assert report.cancellations == 1
    assert report.not_products == 2
    assert report.without_price == 2
    assert report.other_spellings == 2
    assert report.order_lines == 3


def test_the_raw_table_is_the_file_with_line_numbers(database_url, parquet_file):
    load(url=database_url, path=parquet_file)
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT line_number, stock_code, description, customer_id, country "
            "FROM online_retail.invoice_lines ORDER BY line_number"
        )
        rows = cursor.fetchall()
    connection.close()
    assert rows[1] == (2, "85123a", "LAMP", 7, "France")
    assert rows[4][2] == ""  # an empty description is not a missing one
    assert rows[5][2] is None


def test_returned_lines_are_negative_and_fees_and_gifts_are_no_purchase(database_url, parquet_file):
    load(url=database_url, path=parquet_file)
    told = fields(database_url, "orders", "order_line_id", "status", "product_id", "amount")
    assert told == [
        ("1", "confirmed", "85123A", Decimal("5.0000")),
        ("2", "confirmed", "85123A", Decimal("5.0000")),
        ("4", "returned", "85123A", Decimal("-2.5000")),
    ]


def test_customers_are_known_from_their_first_line_on(database_url, parquet_file):
    load(url=database_url, path=parquet_file)
    told = fields(database_url, "customers", "customer_id", "created_at", "country")
    assert told == [
        ("7", datetime(2010, 7, 1, 11, tzinfo=UTC), "France"),  # noon in London in summer
        ("8", datetime(2010, 7, 4, 11, tzinfo=UTC), "Ireland"),
        ("9", datetime(2010, 7, 2, 11, tzinfo=UTC), None),
    ]


def test_a_product_is_one_for_all_spellings_and_named_by_its_sales(database_url, parquet_file):
    load(url=database_url, path=parquet_file)
    told = fields(database_url, "products", "product_id", "name", "price", "is_active")
    assert told == [
        ("22086", "22086", Decimal("1.4500"), True),
        ("22087", "damaged", None, False),
        ("85123A", "LAMP", Decimal("2.5000"), True),
    ]


def test_loading_again_replaces_and_csv_gives_the_same_as_parquet(
    database_url, parquet_file, tmp_path
):
    first = load(url=database_url, path=parquet_file)
    before = mapped(database_url, "orders")
    path = tmp_path / "lines.csv"
    csv.write_csv(pa.table(LINES), path)
    assert load(url=database_url, path=path) == first
    assert mapped(database_url, "orders") == before


def test_a_file_in_latin_1_as_it_was_once_published_is_read(database_url, tmp_path):
    path = tmp_path / "lines.csv"
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    line = "1,85123A,CAFÉ £5,2,2010-12-01 08:26:00,2.55,17850.0,France\n"
    path.write_bytes((header + line).encode("latin-1"))
    assert load(url=database_url, path=path).order_lines == 1
    assert mapped(database_url, "products")[0]["name"] == "CAFÉ £5"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("absent.csv", None, "does not exist"),
        ("lines.txt", b"x", "neither parquet, CSV nor Excel"),
        ("lines.csv", b"Invoice,StockCode\n1,2\n", "no column for country, customer_id"),
        ("lines.parquet", b"no parquet", "cannot be read as Online Retail II"),
    ],
)
def test_a_file_that_is_none_is_refused(database_url, tmp_path, name, content, message):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInputError, match=message):
        load(url=database_url, path=path)


def test_the_first_months_of_the_real_file_are_mapped_without_an_error(
    database_url, shared_data, tmp_path
):
    real = pq.read_table(shared_data / "online_retail" / "online_retail_II.parquet")
    path = tmp_path / "beginning.parquet"
    pq.write_table(real.slice(0, 100_000), path)
    report = load(url=database_url, path=path)
    assert report.lines == 100_000
    assert report.cancellations > 0 < report.not_products
    checked = check_source(Crm(database_url), load_source(SOURCE))
    assert [p for p in checked.problems() if p.severity == "error"] == []
    rows = {entity.entity: entity.rows for entity in checked.entities}
    assert (rows["customers"], rows["orders"]) == (report.customers, report.order_lines)
