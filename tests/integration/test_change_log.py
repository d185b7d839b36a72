"""Nights of a change log: what is appended, what counts as known when, and what is refused."""

import dataclasses
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from lake_nights import append_night

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import CONSENTS
from mkt_pipeline.contracts.reading import Reading, ServerState
from mkt_pipeline.errors import BadInputError, BusyError, DataRefusedError
from mkt_pipeline.features.state import state_as_of, timeline
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.night_limits import Limits

TYPES = {"text": pa.string(), "timestamptz": pa.timestamp("us", tz="UTC")}
SCHEMA = pa.schema([(c.name, TYPES[c.type]) for c in CONSENTS.columns])
LIMITS = Limits(may_be_empty=False, quarantine=0.5)


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def consent(key, *, status="granted", effective="2026-01-05", updated=None):
    return {
        "consent_id": key,
        "customer_id": "c1",
        "channel": "email",
        "status": status,
        "effective_at": at(effective),
        "updated_at": at(updated or effective),
    }


@dataclasses.dataclass
class WholeTable:
    """Rows that are all there are."""

    table: pa.Table

    @property
    def reading(self):
        return Reading("all")

    def changed(self):
        return self.table.to_reader()


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path / "a lake"), "shop", "UTC", tmp_path / "scratch", "500MB", 2)


def night(lake, day, rows, *, limits=LIMITS):
    return append(lake, day, WholeTable(pa.Table.from_pylist(rows, schema=SCHEMA)), limits=limits)


def append(lake, day, source, *, limits=LIMITS):
    return append_night(
        lake,
        CONSENTS,
        source,
        as_of=AsOf(date.fromisoformat(day)),
        server=ServerState(at(f"{day}T02:00:00"), None, 0.0),
        limits=limits,
    )


def known(lake, day):
    """What is known as of a day: key → status."""
    with lake.session() as session:
        log = session.read(lake._log("consents").log.files())
        state = state_as_of(timeline(log, key="consent_id"), cutoff=at(day))
        return {row["consent_id"]: row["status"] for row in state.to_pyarrow().to_pylist()}


def test_the_first_load_is_reconstructed_and_known_from_its_event_time(lake):
    done = night(lake, "2026-01-10", [consent("a"), consent("b", effective="2026-01-08")])
    assert (done.inserted, done.updated, done.deleted) == (2, 0, 0)
    assert done.history == "reconstructed"
    assert known(lake, "2026-01-06") == {"a": "granted"}
    assert known(lake, "2026-01-09") == {"a": "granted", "b": "granted"}


def test_rows_of_an_entity_that_was_empty_at_first_were_not_known_before(lake):
    may_be_empty = Limits(may_be_empty=True, quarantine=0.5)
    night(lake, "2026-01-10", [], limits=may_be_empty)
    done = night(lake, "2026-01-11", [consent("a")], limits=may_be_empty)
    assert (done.inserted, done.history) == (1, "observed")
    assert known(lake, "2026-01-10") == {}
    assert known(lake, "2026-01-12") == {"a": "granted"}


def test_two_runs_at_once_do_not_append_the_same_change_twice(lake):
    night(lake, "2026-01-10", [consent("a")])
    changed = [consent("a", status="withdrawn", updated="2026-01-10")]

    class Overtaken(WholeTable):
        def changed(self):
            night(lake, "2026-01-11", changed)
            return super().changed()

    table = pa.Table.from_pylist(changed, schema=SCHEMA)
    with pytest.raises(BusyError, match="another run committed"):
        append(lake, "2026-01-11", Overtaken(table))
    assert night(lake, "2026-01-11", changed).updated == 0


def test_two_first_loads_at_once_do_not_both_commit(lake):
    class Overtaken(WholeTable):
        def changed(self):
            night(lake, "2026-01-10", [consent("a")])
            return super().changed()

    with pytest.raises(BusyError, match="another run committed"):
        append(lake, "2026-01-10", Overtaken(pa.Table.from_pylist([consent("a")], schema=SCHEMA)))
    assert night(lake, "2026-01-10", [consent("a")]).inserted == 0


def test_a_second_run_of_a_night_appends_nothing(lake):
    rows = [consent("a"), consent("b")]
    night(lake, "2026-01-10", rows)
    assert night(lake, "2026-01-10", rows).changed == 0


def test_a_change_is_known_from_its_time_and_not_before(lake):
    night(lake, "2026-01-10", [consent("a")])
    done = night(lake, "2026-01-11", [consent("a", status="withdrawn", updated="2026-01-10T12:00")])
    assert (done.updated, done.history) == (1, "observed")
    assert known(lake, "2026-01-10") == {"a": "granted"}
    assert known(lake, "2026-01-11") == {"a": "withdrawn"}


def test_a_change_that_moved_no_timestamp_leaves_earlier_days_as_they_were(lake):
    night(lake, "2026-01-10", [consent("a")])
    night(lake, "2026-01-11", [consent("a", status="withdrawn")])
    assert known(lake, "2026-01-10") == {"a": "granted"}
    assert known(lake, "2026-01-11") == {"a": "withdrawn"}


def test_a_late_row_is_not_known_to_days_that_are_covered(lake):
    night(lake, "2026-01-10", [consent("a")])
    night(lake, "2026-01-11", [consent("a"), consent("late", effective="2026-01-02")])
    assert known(lake, "2026-01-10") == {"a": "granted"}
    assert known(lake, "2026-01-11") == {"a": "granted", "late": "granted"}


def test_a_deleted_row_ends_with_a_tombstone_and_may_come_back(lake):
    night(lake, "2026-01-10", [consent("a"), consent("b")])
    assert night(lake, "2026-01-11", [consent("a")]).deleted == 1
    assert known(lake, "2026-01-10") == {"a": "granted", "b": "granted"}
    assert known(lake, "2026-01-11") == {"a": "granted"}
    assert night(lake, "2026-01-12", [consent("a"), consent("b")]).inserted == 1
    assert known(lake, "2026-01-12") == {"a": "granted", "b": "granted"}


def test_a_night_without_change_still_closes_its_day(lake):
    night(lake, "2026-01-10", [consent("a"), consent("b")])
    night(lake, "2026-01-11", [consent("a"), consent("b")])
    night(lake, "2026-01-12", [consent("a")])
    assert known(lake, "2026-01-11") == {"a": "granted", "b": "granted"}


def test_a_night_of_an_earlier_day_changes_no_day_that_is_covered(lake):
    night(lake, "2026-01-10", [consent("a")])
    night(lake, "2026-01-08", [consent("a", status="withdrawn", updated="2026-01-07")])
    assert known(lake, "2026-01-10") == {"a": "granted"}
    assert known(lake, "2026-01-11") == {"a": "withdrawn"}


def test_rows_that_break_the_contract_are_kept_in_quarantine_with_the_rule(lake):
    rows = [consent("a"), consent("b", status="perhaps"), consent("c"), consent("d"), consent("e")]
    done = night(lake, "2026-01-10", rows)
    assert (done.read, done.quarantined, done.inserted) == (5, 1, 4)
    with lake.session() as session:
        bad = session.read(lake._log("consents").quarantine.files()).to_pyarrow().to_pylist()
    assert [(row["consent_id"], row["broken_rule"]) for row in bad] == [
        ("b", "status: unknown value")
    ]


def test_a_quarantined_row_is_not_taken_for_deleted(lake):
    night(lake, "2026-01-10", [consent("a"), consent("b")])
    assert night(lake, "2026-01-11", [consent("a"), consent("b", status="perhaps")]).deleted == 0
    assert known(lake, "2026-01-11") == {"a": "granted", "b": "granted"}


def test_both_rows_of_a_key_that_occurs_twice_are_quarantined(lake):
    twice = [consent("a"), consent("b"), consent("b", status="withdrawn"), consent("c")]
    assert night(lake, "2026-01-10", twice).quarantined == 2
    assert known(lake, "2026-01-11") == {"a": "granted", "c": "granted"}


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "consents read no row"),
        ([consent("a"), consent("b", status="?"), consent("c", status="?")], "2 of 3 rows"),
    ],
)
def test_too_few_or_too_broken_rows_stop_the_night_before_anything_is_committed(lake, rows, says):
    with pytest.raises(DataRefusedError, match=says):
        night(lake, "2026-01-10", rows)
    assert lake.covered() is None


def test_an_entity_that_shrinks_too_much_stops_the_night(lake):
    night(lake, "2026-01-10", [consent(f"k{i}") for i in range(100)])
    with pytest.raises(DataRefusedError, match="60 of 100 rows are gone"):
        night(lake, "2026-01-11", [consent(f"k{i}") for i in range(40)])
    assert len(known(lake, "2026-01-12")) == 100


def test_a_lake_of_one_source_refuses_another(lake):
    night(lake, "2026-01-10", [consent("a")])
    other = dataclasses.replace(lake, source="other")
    with pytest.raises(BadInputError, match="holds the source shop"):
        night(other, "2026-01-11", [consent("a")])
