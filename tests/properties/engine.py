"""Feature sets of random histories by DuckDB, with each statement compiled once."""

import functools
from datetime import date

import ibis
import pyarrow.parquet as pq

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.contracts.use_case import Eligibility, Target, Thresholds, UseCase
from mkt_pipeline.contracts.vocabulary import Vocabulary
from mkt_pipeline.features.feature_set import feature_set
from mkt_pipeline.features.frame_of_reference import FrameOfReference
from mkt_pipeline.features.state import timeline

from .histories import arrow, schema

VOCABULARY = Vocabulary(
    {
        "category": ("car", "service"),
        "channel": ("web", "showroom"),
        "kind": ("visit", "test drive", "Test-Drive"),
        "consent_channel": ("email", "sms"),
        "attribute": ("attr_fleet", "attr_size"),
    }
)
AS_OF = AsOf(date(2026, 1, 31))


def use_case(**changes):
    plain = {
        "name": "example",
        "title": "Example",
        "owner": "tests",
        "sources": ("tests",),
        "target": Target(categories=("car",)),
        "horizon_days": 30,
        "windows_days": (30, 90),
        "segments": Thresholds(high=0.5, medium=0.2),
    }
    return UseCase(**(plain | changes))


CASES = {
    "cars": use_case(),
    "anything, of buyers": use_case(
        target=Target(), windows_days=(90, 30, 180), eligibility=Eligibility(ordered_within_days=90)
    ),
    "known for ten days": use_case(eligibility=Eligibility(min_tenure_days=10)),
}


@functools.cache
def statement(case, as_of=AS_OF, vocabulary=None):
    """The SQL of a feature set over the tables ``log_<entity>``."""
    logs = {
        name: timeline(ibis.table(ibis.Schema.from_pyarrow(schema(name)), f"log_{name}"), key=e.key)
        for name, e in ENTITIES.items()
    }
    reference = FrameOfReference(as_of, CASES[case], vocabulary or VOCABULARY)
    rows = feature_set(logs, reference).rows
    return ibis.to_sql(rows, dialect="duckdb")


@functools.cache
def connection():
    return ibis.duckdb.connect().con


def by_duckdb(tables, case, as_of=AS_OF, *, threads=2):
    """The feature set of Arrow tables: customer → feature → value."""
    for name, table in tables.items():
        connection().register(f"log_{name}", table)
    return _rows(connection(), case, as_of, threads)


def of_files(tables, folder, case, *, files, threads):
    """The same from Parquet files, ``files`` for each entity."""
    con = ibis.duckdb.connect().con
    for name, table in tables.items():
        size = max(1, -(-table.num_rows // files))
        (folder / name).mkdir(parents=True)
        for part in range(max(1, min(files, table.num_rows))):
            rows = table.slice(part * size, size)
            pq.write_table(rows, folder / name / f"{part}.parquet", row_group_size=size // 2 + 1)
        con.execute(f"CREATE VIEW log_{name} AS FROM read_parquet('{folder}/{name}/*.parquet')")
    return _rows(con, case, AS_OF, threads)


def _rows(con, case, as_of, threads):
    con.execute(f"SET threads = {threads}")
    found = con.sql(statement(case, as_of)).to_arrow_table().to_pylist()
    return {row.pop("customer_id"): row for row in found}


def exact(features):
    """Every bit of every value, so that 0.30000000000000004 is not 0.3."""
    return {
        customer: {
            name: value.hex() if isinstance(value, float) else value for name, value in row.items()
        }
        for customer, row in features.items()
    }


def of_history(history, case, as_of=AS_OF, **how):
    return exact(by_duckdb(arrow(history), case, as_of, **how))
