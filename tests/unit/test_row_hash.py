"""Fingerprints lie in every change log: one that came out otherwise would append every row anew."""

from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import md5

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.row_hash import row_hash

AT = datetime(2026, 3, 1, 23, 59, 59, 120000, tzinfo=UTC)
SCHEMA = pa.schema(
    {
        "order_line_id": pa.string(),
        "status": pa.string(),
        "amount": pa.decimal128(18, 4),
        "ordered_at": pa.timestamp("us", tz="UTC"),
        "attr_score": pa.float64(),
        "attr_count": pa.int64(),
        "attr_new": pa.bool_(),
        "attr_day": pa.date32(),
    }
)
EMPTY = dict.fromkeys(SCHEMA.names)


def fingerprint(tmp_path, row):
    with Lake(str(tmp_path / "lake"), "shop", "UTC", tmp_path / "scratch").session() as session:
        file = tmp_path / "rows.parquet"
        pq.write_table(pa.Table.from_pylist([EMPTY | row], schema=SCHEMA), file)
        table = session.read([str(file)])
        found = session.stream(table.select(row_hash=row_hash(table, ENTITIES["orders"])))
        return found.read_all()["row_hash"][0].as_py()


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({}, ""),
        ({"status": ""}, "status=\x1f"),
        ({"status": "won"}, "status=won\x1f"),
        ({"order_line_id": "7", "status": "won"}, "status=won\x1f"),
        ({"amount": Decimal("1200.5")}, "amount=1200.5000\x1f"),
        ({"ordered_at": AT}, "ordered_at=2026-03-01 23:59:59.12+00\x1f"),
        ({"attr_new": True, "attr_count": -3}, "attr_count=-3\x1fattr_new=true\x1f"),
        (
            {"attr_score": 0.1, "attr_day": date(2026, 1, 2)},
            "attr_day=2026-01-02\x1fattr_score=0.1\x1f",
        ),
        ({"status": "é\x1f'", "amount": Decimal(0)}, "amount=0.0000\x1fstatus=é\x1f'\x1f"),
    ],
)
def test_a_fingerprint_is_what_it_was_in_every_release(tmp_path, row, text):
    expected = md5(text.encode(), usedforsecurity=False).hexdigest()[:16]
    assert fingerprint(tmp_path, row) == expected
