"""Errors of the command line: one line with the remedy, and an exit code by kind."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def mkt(tmp_path, free_port):
    """A function that runs a command far from any stack; returns exit code and stderr.

    With ``shown`` it returns what was printed as well.
    """
    nowhere = f"postgresql://reader:secret@127.0.0.1:{free_port()}/crm"
    told = {
        "MKT_HOME": str(tmp_path / "state"),
        "MKT_PROJECT": str(PROJECT),
        "MKT_CRM_URL": nowhere,
        "MKT_CAMPAIGN_URL": nowhere,
        "MKT_MLFLOW_URL": f"http://127.0.0.1:{free_port()}",
        "MKT_TODAY": "2026-11-01",
    }
    own = {k: v for k, v in os.environ.items() if not k.startswith("MKT_")}

    def call(*arguments, shown=False, **changes):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "mkt_pipeline.cli", *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=own | told | changes,
            timeout=120,
        )
        answer = (done.returncode, done.stderr.strip())
        return (*answer, done.stdout) if shown else answer

    return call


@pytest.mark.parametrize(
    ("arguments", "changes", "code", "says"),
    [
        (("night", "--as-of", "2026-11-02"), {}, 65, "lies in the future"),
        (("night", "--as-of", "soon"), {}, 65, "write it as YYYY-MM-DD"),
        (("night", "--use-case", "none"), {}, 65, "choose one of"),
        (("extract",), {"MKT_SOURCE": "none"}, 65, "source folder"),
        (("runs",), {"MKT_SOURCE": "nope"}, 65, "known sources: dealership, odoo17, online_retail"),
        (("extract",), {"MKT_SOURCE": "../etc"}, 78, "MKT_SOURCE"),
        (("extract",), {"MKT_TIME_ZONE": "Mars"}, 78, "MKT_TIME_ZONE"),
        (("features",), {}, 65, "run `mkt extract"),
        (("publish",), {}, 75, "campaign database does not answer"),
        (("extract",), {}, 75, "127.0.0.1"),
        (("extract",), {"MKT_CRM_URL": ""}, 69, "mkt stack up"),
    ],
)
def test_an_error_is_one_line_with_the_remedy_and_a_code_by_kind(
    mkt, arguments, changes, code, says
):
    found, told = mkt(*arguments, **changes)
    assert found == code, told
    assert says in told
    assert len(told.splitlines()) == 1, told
    assert "secret" not in told


def test_a_crm_that_refuses_the_password_fails_now(mkt, postgres):
    wrong = f"postgresql://mkt:wrong@127.0.0.1:{postgres.port}/postgres"
    code, told = mkt("extract", MKT_CRM_URL=wrong)
    assert code == 70, told
    assert len(told.splitlines()) == 1
    assert "wrong" not in told


def test_a_source_is_checked_without_any_stack(mkt, postgres):
    code, told = mkt(
        "source", "check", "odoo17", MKT_CRM_URL=postgres.url("postgres"), MKT_CAMPAIGN_URL=""
    )
    assert code == 70, told
    assert "mkt stack up" not in told


@pytest.fixture
def unpublished(postgres):
    """A campaign database in which nothing was published."""
    name = f"campaign_{uuid.uuid4().hex}"
    postgres.create_database(name)
    return {"MKT_CAMPAIGN_URL": postgres.url(name)}


def test_before_the_first_night_runs_say_how_to_get_one(mkt, unpublished):
    code, told, shown = mkt("runs", **unpublished, shown=True)
    assert code == 0, told
    assert shown.splitlines() == [
        f"no night of {name} has been published yet → run `mkt night`"
        for name in ("service_visit", "vehicle_purchase")
    ]
    _, _, document = mkt("runs", "--json", **unpublished, shown=True)
    assert json.loads(document) == {"service_visit": [], "vehicle_purchase": []}


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_before_the_first_night_there_are_no_segments_to_show(mkt, unpublished, options):
    code, told = mkt("segments", "show", *options, **unpublished)
    assert code == 70
    assert told == (
        "no night of service_visit and vehicle_purchase has been published yet → run `mkt night`"
    )
