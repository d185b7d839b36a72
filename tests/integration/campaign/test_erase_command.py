"""`mkt erase` and its exit codes."""

import json
from datetime import date

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from mkt_pipeline.cli.__main__ import app
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.steps.erase import StillThereError


@pytest.fixture
def mkt(tmp_path, writer_url, monkeypatch, night):
    """Run `mkt erase` where ``a`` has been published and scored."""
    told = {
        "MKT_HOME": str(tmp_path / "state"),
        "MKT_CRM_URL": "postgresql://nobody@127.0.0.1:1/crm",
        "MKT_CAMPAIGN_URL": writer_url,
        "MKT_MLFLOW_URL": "http://127.0.0.1:1",
        "MKT_TODAY": "2026-11-30",
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    night(1, high="ab")
    lake = Lake(str(tmp_path / "state" / "lake"), "shop", "UTC", tmp_path / "state" / "scratch")
    rows = pa.table({"customer_id": ["a", "b"], "as_of": ["2026-11-01"] * 2})
    lake.write_scores("u", AsOf(date(2026, 11, 1)), rows.to_reader(), facts={"customers": 2})

    def run(*arguments):
        done = CliRunner().invoke(app, ["erase", *arguments])
        if done.exception is not None:
            raise done.exception
        return done.stdout

    return run


def test_erase_tells_what_went_and_verify_what_is_left(mkt):
    with pytest.raises(StillThereError, match=r"campaign\.segments\.customer_id: 1 rows") as left:
        mkt("--customer-id", "a", "--verify")
    assert left.value.exit_code == 70
    assert "lake/scores/u" in str(left.value)
    told = mkt("--customer-id", "a", "--reason", "on request")
    assert "lake/scores/u: 1 rows removed" in told
    assert "campaign.segments: 1 rows removed" in told
    assert "nothing is left" in mkt("--customer-id", "a", "--verify")
    again = json.loads(mkt("--customer-id", "a", "--reason", "on request", "--json"))
    assert sum(again[0]["counts"].values()) == 0
    with pytest.raises(StillThereError):
        mkt("--customer-id", "b", "--verify")


def test_erase_needs_either_a_reason_or_verify(mkt):
    for arguments in ((), ("--reason", "r", "--verify")):
        with pytest.raises(BadInputError, match="either a reason or --verify"):
            mkt("--customer-id", "a", *arguments)
