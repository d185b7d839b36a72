"""Which use cases a training is for."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CODE = """
from types import SimpleNamespace
from mkt_airflow.assets import MODEL_ALARM, TRAINING_DUE
from mkt_airflow.wanted import wanted
from mkt_pipeline.errors import BadInputError
def alarm(*names):
    return SimpleNamespace(extra={"use_cases": list(names)})
def asked(events, only=None):
    context = {"params": {"use_case": only}, "triggering_asset_events": events}
    return wanted(context, ["a", "b", "c"])
week = SimpleNamespace(extra={})
print("WANTED", asked({}))
print("WANTED", asked({TRAINING_DUE: [week]}))
print("WANTED", asked({MODEL_ALARM: [alarm("c", "gone"), alarm("a")]}))
print("WANTED", asked({MODEL_ALARM: [alarm("c")], TRAINING_DUE: [week]}))
print("WANTED", asked({MODEL_ALARM: [alarm("c")]}, only="b"))
try:
    asked({}, only="d")
except BadInputError as error:
    print("WANTED", error)
"""


def test_alarms_alone_are_for_their_use_cases_and_all_else_for_all(tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
    environment |= {"AIRFLOW_HOME": str(tmp_path), "PYTHONPATH": str(PROJECT / "dags")}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CODE],
        capture_output=True,
        text=True,
        env=environment,
    )
    told = [line for line in done.stdout.splitlines() if line.startswith("WANTED")]
    assert told == [
        "WANTED ['a', 'b', 'c']",
        "WANTED ['a', 'b', 'c']",
        "WANTED ['a', 'c']",
        "WANTED ['a', 'b', 'c']",
        "WANTED ['b']",
        "WANTED use case 'd' is not configured → name one of a, b, c",
    ], done.stderr[-2000:]
