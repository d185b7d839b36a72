"""A customer's bucket is the same everywhere, and parts are made of whole buckets."""

import contextlib

import psycopg2
import pyarrow as pa
import pytest

from mkt_pipeline.contracts.customer_bucket import bucket_of, buckets_for, buckets_of_part
from mkt_pipeline.features.customer_bucket import customer_bucket
from mkt_pipeline.lake.session import open_session

IDS = ["", "C1", "C2", "Zoë", "客户 7", "a'b", *(f"C{n:06d}" for n in range(2_000))]


def test_known_ids_have_known_buckets():
    assert [bucket_of(one, 16) for one in ("C1", "C2", "Zoë")] == [13, 5, 3]


def test_postgresql_gives_the_same(database_url):
    statement = "SELECT ('x' || substr(md5(%s), 1, 8))::bit(32)::bigint %% 51"
    with contextlib.closing(psycopg2.connect(database_url)) as database:
        cursor = database.cursor()
        for customer in IDS[:20]:
            cursor.execute(statement, [customer])
            assert cursor.fetchone() == (bucket_of(customer, 51),)


@pytest.mark.parametrize("buckets", [16, 51])
def test_duckdb_and_python_agree(tmp_path, buckets):
    with open_session(folder=tmp_path, memory_limit="100MB", threads=2) as session:
        table = session.register(pa.table({"customer_id": IDS}))
        found = table.select("customer_id", b=customer_bucket(table.customer_id, buckets))
        told = session.stream(found).read_all().to_pydict()
    assert told["b"] == [bucket_of(one, buckets) for one in told["customer_id"]]
    assert set(told["b"]) == set(range(buckets))


@pytest.mark.parametrize("parts", [1, 2, 5, 16])
@pytest.mark.parametrize("buckets", [16, 51])
def test_parts_are_all_buckets_in_their_order_each_once(parts, buckets):
    shared = [buckets_of_part(part, of=parts, buckets=buckets) for part in range(1, parts + 1)]
    assert [bucket for part in shared for bucket in part] == list(range(buckets))
    sizes = [len(part) for part in shared]
    assert max(sizes) - min(sizes) <= 1


def test_a_bucket_holds_twenty_thousand_customers_at_most_on_average():
    assert [buckets_for(n) for n in (0, 3_000, 320_000, 320_001, 1_000_000)] == [16, 16, 16, 17, 50]
