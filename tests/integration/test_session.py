"""A session of DuckDB for one step."""

import pyarrow as pa
import pytest

from mkt_pipeline.errors import FailNowError
from mkt_pipeline.lake.delta import DeltaStore
from mkt_pipeline.lake.session import open_session

ROWS = pa.table({"customer_id": ["a", "b", None, None, "c", "a"], "x": [1, 2, 3, 4, 5, 6]})


@pytest.mark.parametrize("parts", [2, 3, 40])
def test_every_row_is_dealt_to_one_part_and_equal_values_to_the_same(tmp_path, parts):
    folder = tmp_path / "o'neill's"
    folder.mkdir()
    with open_session(folder=folder, memory_limit="200MB", threads=2) as session:
        dealt = session.deal(session.register(ROWS), by="customer_id", parts=parts)
        found = [part.to_pyarrow().to_pylist() for part in dealt]
    assert len(found) == parts
    together = sorted((row for part in found for row in part), key=lambda row: row["x"])
    assert together == ROWS.to_pylist()
    for value in ("a", None):
        holders = [part for part in found if any(row["customer_id"] == value for row in part)]
        assert len(holders) == 1


def test_memory_that_runs_out_while_the_lake_is_written_is_told_as_that(tmp_path):
    listed = "SELECT '2026-01-01' AS as_of, list(n)::text AS one FROM range({}) AS numbers (n)"
    store = DeltaStore(str(tmp_path / "table"))
    with open_session(folder=tmp_path, memory_limit="60MB", threads=2) as session:
        few = session.read_statement(listed.format(2), columns=2)

        def batches():
            yield from few
            yield from session.read_statement(listed.format(30_000_000), columns=2)

        rows = pa.RecordBatchReader.from_batches(few.schema, batches())
        with pytest.raises(FailNowError, match="memory that a step may use") as told:
            store.replace_day(rows, as_of="2026-01-01", facts={})
    assert "MKT_MEMORY_LIMIT" in told.value.remedy
    assert not store.exists
