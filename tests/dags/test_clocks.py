"""DAGs with a clock of their own: what begins when Airflow starts, for the first time or again."""

import pytest
from own_airflow import PROJECT, facts

CODE = """
import datetime, json, sys
import pendulum
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.decoders import decode_timetable
from airflow.serialization.encoders import encode_timetable
from airflow.timetables import trigger
from airflow.timetables.base import TimeRestriction

anything = TimeRestriction(earliest=None, latest=None, catchup=False)

def next_run(timetable, now, before):
    trigger.utcnow = lambda: now
    return timetable.next_dagrun_info_v2(last_dagrun_info=before, restriction=anything)

bag, found = DagBag(sys.argv[1]), {}
hours = [pendulum.datetime(2026, 11, 2, tz="UTC").add(minutes=20 * n) for n in range(7 * 72)]
for dag in bag.dags.values():
    if type(dag.timetable).__name__ != "CronPartitionTimetable":
        continue
    clock = decode_timetable(encode_timetable(dag.timetable))
    first = [next_run(clock, now, None) for now in hours]
    late = pendulum.datetime(2026, 11, 30, 12, tz="UTC")  # three weeks later, all of them down
    missed = next_run(clock, late, first[0])
    found[dag.dag_id] = {
        "waits": all(run.run_after >= now for run, now in zip(first, hours)),
        "key": first[0].partition_key,
        "caught_up": missed.partition_key,
        "then": next_run(clock, late, missed).partition_key,
    }
print("FACTS " + json.dumps(found))
"""


@pytest.fixture(scope="module")
def clocks(tmp_path_factory):
    return facts(CODE, tmp_path_factory.mktemp("airflow"), str(PROJECT / "dags"))


def test_who_starts_for_the_first_time_has_missed_nothing_at_any_hour_of_the_week(clocks):
    assert set(clocks) == {"crm_extract", "weekly_training", "housekeeping", "notices"}
    assert [name for name, clock in clocks.items() if not clock["waits"]] == []


def test_of_what_came_due_while_airflow_was_down_the_last_is_caught_up(clocks):
    told = {
        name: (clock["key"], clock["caught_up"], clock["then"]) for name, clock in clocks.items()
    }
    assert told == {
        "crm_extract": ("2026-11-02", "2026-11-30", "2026-12-01"),
        "weekly_training": ("2026-11-08", "2026-11-29", "2026-12-06"),
        "housekeeping": ("2026-11-08", "2026-11-29", "2026-12-06"),
        "notices": ("2026-11-02T00:10", "2026-11-30T11:40", "2026-11-30T12:10"),
    }
