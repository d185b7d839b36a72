"""Two nights of a real Odoo database: after the second the log's state is the CRM's, row by row."""

import json
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from lake_nights import append_night

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.contracts.reading import UNREADABLE, ServerState
from mkt_pipeline.contracts.source import EntityReading
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.crm.entity_rows import SnapshotRows
from mkt_pipeline.crm.source_folder import load_source
from mkt_pipeline.features.state import state_as_of, timeline
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.night_limits import Limits
from mkt_pipeline.steps.reading_plan import plan_reading

SOURCE = Path(__file__).resolve().parents[2] / "sources" / "odoo17"
DEFAULT = EntityReading()
AS_IF_LARGE = EntityReading(
    compare_whole_up_to_rows=0, compare_all_within_nights=3, overlap_minutes=1
)


@pytest.fixture
def urls(odoo):
    return [odoo["day1"], odoo["day2"]]


@pytest.fixture(scope="module")
def truth(shared_data):
    return json.loads((shared_data / "odoo17" / "day2_truth.json").read_text())


def content(url):
    """Every entity as the CRM holds it, by key."""
    source = load_source(SOURCE)
    with Crm(url).snapshot() as snapshot:
        return {
            name: by_key(rows_of(snapshot, ENTITIES[name], query), ENTITIES[name].key)
            for name, query in source.queries.items()
        }


def rows_of(snapshot, entity, query):
    return snapshot.read(entity, query).read_all().drop_columns(UNREADABLE)


def by_key(table, key):
    return {row[key]: row for row in table.to_pylist()}


def newest_change(url):
    """The newest change in the database: the instant at which its dump was made, or nearly."""
    rows = content(url)["orders"].values()
    return max(row["updated_at"] for row in rows)


def night(lake, url, day, rules, taken_at):
    """One night as the step runs it, at the time of the dump instead of now."""
    source, told = load_source(SOURCE), {}
    server = ServerState(taken_at, None, 0.0)
    with Crm(url).snapshot() as snapshot:
        for name, query in source.queries.items():
            reading = plan_reading(name, state=lake.log_state(name), rules=rules, server=server)
            told[name] = append_night(
                lake,
                ENTITIES[name],
                SnapshotRows(snapshot, ENTITIES[name], query, reading),
                as_of=AsOf(day),
                server=server,
                limits=Limits(name in source.may_be_empty, 0.001),
            )
    return told


def state(lake, day):
    """Every entity as the lake knows it as of a day, by key."""
    with lake.session() as session:
        return {
            name: by_key(
                state_as_of(
                    timeline(log, key=ENTITIES[name].key), cutoff=AsOf(day).cutoff
                ).to_pyarrow(),
                ENTITIES[name].key,
            )
            for name, log in lake.logs(session).items()
        }


def differences(found, expected):
    return {
        name: sorted(
            key for key in rows.keys() | found[name].keys() if found[name].get(key) != rows.get(key)
        )
        for name, rows in expected.items()
    }


NOTHING = {name: [] for name in ("consents", "customers", "interactions", "orders", "products")}


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path / "lake"), "odoo17", "UTC", tmp_path / "scratch", "500MB", 2)


def test_after_two_nights_the_log_holds_the_second_day_exactly(lake, urls, truth):
    times = [newest_change(url) for url in urls]
    first = times[0].date() + timedelta(days=1)
    night(lake, urls[0], first, DEFAULT, times[0])
    told = night(lake, urls[1], first + timedelta(days=1), DEFAULT, times[1])

    found, expected = state(lake, first + timedelta(days=2)), content(urls[1])
    assert differences(found, expected) == NOTHING
    merged = truth["merged"]
    assert not {str(one["gone"]) for one in merged} & set(found["customers"])
    owners = {row["order_id"]: row["customer_id"] for row in found["orders"].values()}
    for one in merged:
        for order in map(str, one["orders_reassigned_without_write_date"]):
            assert owners[order] == str(one["kept"])
    assert not {str(order) for order in truth["hard_deleted_orders"]} & set(owners)
    assert told["customers"].deleted >= len(merged)
    # The night before is still what it was; a meeting in its future counted from then on.
    past = content(urls[0])
    past["interactions"] = {
        key: row
        for key, row in past["interactions"].items()
        if row["occurred_at"] < AsOf(first).cutoff
    }
    assert differences(state(lake, first), past) == NOTHING


def test_of_large_tables_one_night_finds_what_moved_and_a_few_nights_find_all(lake, urls, truth):
    times = [newest_change(url) for url in urls]
    day = times[0].date() + timedelta(days=1)
    night(lake, urls[0], day, AS_IF_LARGE, times[0])
    told = night(lake, urls[1], day + timedelta(days=1), AS_IF_LARGE, times[1])
    assert told["orders"].reading.startswith("changes since")
    assert told["orders"].read < 0.6 * len(content(urls[1])["orders"])

    expected = content(urls[1])
    left = differences(state(lake, day + timedelta(days=2)), expected)
    silent = {
        str(order)
        for one in truth["merged"]
        for order in one["orders_reassigned_without_write_date"]
    }
    assert {expected["orders"][key]["order_id"] for key in left.pop("orders")} <= silent
    # What else moved no time of its own, such as a product whose category was renamed.
    assert left["customers"] == left["products"] == []

    for later in (2, 3):
        night(lake, urls[1], day + timedelta(days=later), AS_IF_LARGE, times[1])
    assert differences(state(lake, day + timedelta(days=5)), expected) == NOTHING


def test_the_watermark_alone_would_have_lost_rows(urls, truth):
    """That the two tests above can fail: changes without a time, and keys that are gone."""
    before, after = (content(url)["orders"] for url in urls)
    newest = max(row["updated_at"] for row in before.values())
    changed = [k for k, row in after.items() if k in before and row != before[k]]
    silent = [k for k in changed if after[k]["updated_at"] <= newest]
    assert {after[key]["order_id"] for key in silent} >= {"670", "363"}
    assert set(before) - set(after)
    assert pc.sum(pa.array([len(silent)])).as_py() >= 2
