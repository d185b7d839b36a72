"""Errors of the command line: one line with the remedy, and an exit code by kind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def mkt(tmp_path, free_port):
    """A function that runs a command far from any stack; returns exit code and stderr."""
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

    def call(*arguments, **changes):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "mkt_pipeline.cli", *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=own | told | changes,
            timeout=120,
        )
        return done.returncode, done.stderr.strip()

    return call


@pytest.mark.parametrize(
    ("arguments", "changes", "code", "says"),
    [
        (("night", "--as-of", "2026-11-02"), {}, 65, "lies in the future"),
        (("night", "--as-of", "soon"), {}, 65, "write it as YYYY-MM-DD"),
        (("night", "--use-case", "none"), {}, 65, "choose one of"),
        (("extract",), {"MKT_SOURCE": "none"}, 65, "source folder"),
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
