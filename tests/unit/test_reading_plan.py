"""What a night reads of an entity, from what the last one left behind."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mkt_pipeline.contracts.reading import LogState, ServerState, Share
from mkt_pipeline.contracts.source import EntityReading
from mkt_pipeline.steps.reading_plan import plan_reading

LAST = datetime(2026, 3, 1, 2, tzinfo=UTC)
NOW = LAST + timedelta(days=1)
STATE = LogState(5_000_000, True, LAST, compared=15, since_reconciled=0, clock_offset=0.0)
SERVER = ServerState(NOW, None, 0.0)
RULES = EntityReading()


def plan(entity="orders", state=STATE, rules=RULES, server=SERVER):
    return plan_reading(entity, state=state, rules=rules, server=server)


def test_a_large_table_is_read_by_what_changed_by_a_part_and_by_its_keys():
    reading = plan()
    assert reading.changed_since == LAST - timedelta(hours=1)
    assert reading.share == Share(15 % 14, 14)
    assert reading.keys


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"state": None}, "first load"),
        ({"entity": "consents"}, "every night"),
        ({"state": replace(STATE, watermark=None)}, "no watermark"),
        ({"state": replace(STATE, rows=None)}, "no watermark"),
        ({"state": replace(STATE, has_times=False)}, "no updated_at"),
        ({"state": replace(STATE, rows=2_000_000)}, "small"),
        ({"server": replace(SERVER, clock_offset=-7_200.0)}, "clock was moved"),
    ],
)
def test_everything_is_read_where_reading_less_could_lose_a_change(changed, why):
    reading = plan(**changed)
    assert reading.whole
    assert why in reading.why


def test_the_watermark_is_no_later_than_the_oldest_open_transaction():
    assert ServerState(NOW, None, 0.0).watermark == NOW
    assert ServerState(NOW, LAST, 0.0).watermark == LAST
    assert ServerState(NOW, NOW + timedelta(minutes=1), 0.0).watermark == NOW


def test_within_the_configured_nights_every_part_is_compared():
    rules = EntityReading(compare_all_within_nights=5)
    parts = [plan(state=replace(STATE, compared=n), rules=rules).share for n in range(7, 12)]
    assert {share.part for share in parts} == set(range(5))


def test_keys_are_reconciled_at_their_cadence():
    rules = EntityReading(reconcile_every_nights=3)
    done = [plan(state=replace(STATE, since_reconciled=n), rules=rules).keys for n in range(3)]
    assert done == [False, False, True]
