"""The events that wake the next DAG carry the day of the work, however the run was triggered."""

from own_airflow import facts

CODE = """
import json
from types import SimpleNamespace
from airflow.sdk.execution_time.context import OutletEventAccessors
from mkt_airflow.assets import CRM_CHANGES
from mkt_airflow.waking import wake

def keys(*, as_of=None, key=None, dry_run=False):
    events = OutletEventAccessors()
    run = SimpleNamespace(partition_key=key)
    told = {"params": {"as_of": as_of, "dry_run": dry_run}, "dag_run": run, "outlet_events": events}
    try:
        wake(told, CRM_CHANGES)
    except Exception as error:
        return type(error).__name__
    return sorted(events[CRM_CHANGES].partition_keys)

day = "2026-11-01"
found = [keys(as_of=day), keys(key=day), keys(as_of=day, key="2026-10-31"), keys(),
         keys(as_of=day, dry_run=True)]
print("FACTS " + json.dumps(found))
"""


def test_an_event_has_the_day_of_the_work_and_a_run_without_a_day_wakes_nobody(tmp_path):
    day = ["2026-11-01"]
    expected = [day, day, day, "DayRefusedError", "AirflowSkipException"]
    assert facts(CODE, tmp_path) == expected
