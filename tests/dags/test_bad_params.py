"""Params of a run that mean harm, or look as if they did: rows of docs/security.md."""

import json
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CODE = """
import json
from datetime import date
from types import SimpleNamespace
from mkt_airflow.day import day_of
from mkt_airflow.wanted import wanted
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.errors import BadInputError
run = SimpleNamespace(partition_key=None)
def day(value):
    text = day_of({"params": {"as_of": value}, "dag_run": run})
    return AsOf.parse(text, zone="UTC", today=date(2026, 11, 1))
def use_case(value):
    return wanted({"params": {"use_case": value}, "triggering_asset_events": {}}, ["u", "v"])
def told(function, values):
    found = []
    for value in values:
        try:
            found.append(f"taken: {function(value)}")
        except BadInputError as error:
            found.append(error.problem)
    return found
print(json.dumps({
    "day": told(day, [
        ["2026-11-01"], {"a": 1}, True, 4.5, "../x", "x" * 100_000, "2026-11-01; DROP TABLE x", 0,
    ]),
    "use_case": told(use_case, [
        ["u"], {"u": 1}, True, 7, "../u", "u; DROP TABLE x", "U", "x" * 100_000,
    ]),
}))
"""


def told(home):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
    run = subprocess.run(
        [sys.executable, "-c", CODE],
        capture_output=True,
        text=True,
        check=False,
        env=environment
        | {"AIRFLOW_HOME": str(home), "PYTHONPATH": f"{PROJECT / 'dags'}:{PROJECT}"},
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def test_a_param_of_a_strange_type_or_text_is_refused(tmp_path):
    found = told(tmp_path)
    assert all("as_of" in one or "as-of" in one for one in found["day"]), found["day"]
    assert all("is not configured" in one for one in found["use_case"]), found["use_case"]
    assert max(len(one) for one in (*found["day"], *found["use_case"])) < 200
