"""`mkt publish`, `mkt rollback`, `mkt runs` and `mkt segments show` over nights that are held."""

import getpass
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from mkt_pipeline.campaign.publication_held import PublicationHeldError
from mkt_pipeline.cli.__main__ import app
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.errors import BadInputError, FailNowError
from mkt_pipeline.lake.lake import Lake

Mkt = Callable[..., str]

CASE = """
name: {name}
title: Example
owner: marketing
sources: [shop]
target: {{}}
horizon_days: 30
segments: {{rule: thresholds, high: 0.5, medium: 0.2}}
publication: {{rows_change: 0.25}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "sources" / "shop").mkdir(parents=True)
    (tmp_path / "sources" / "shop" / "source.yaml").touch()
    (tmp_path / "use_cases").mkdir()
    for name in ("one", "two"):
        (tmp_path / "use_cases" / f"{name}.yaml").write_text(CASE.format(name=name))
    return tmp_path


@pytest.fixture
def mkt(project: Path, writer_url: str, monkeypatch: pytest.MonkeyPatch) -> Mkt:
    """Run a command and return what it prints; an error is raised."""
    told = {
        "MKT_PROJECT": str(project),
        "MKT_HOME": str(project / "state"),
        "MKT_SOURCE": "shop",
        "MKT_CRM_URL": "postgresql://nobody@127.0.0.1:1/crm",
        "MKT_CAMPAIGN_URL": writer_url,
        "MKT_MLFLOW_URL": "http://127.0.0.1:1",
        "MKT_TODAY": "2026-11-30",
        "COLUMNS": "80",
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(project)

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, arguments)
        if done.exception is not None:
            raise done.exception
        return done.stdout

    return run


@pytest.fixture
def scored(project: Path) -> Callable[..., None]:
    """Write the scores of a night, as the step before the publication does."""
    lake = Lake(str(project / "state" / "lake"), "shop", "UTC", project / "scratch")

    def write(day: int, *, customers: int = 20, use_case: str = "one", **facts: str | int) -> None:
        as_of = AsOf(date(2026, 11, day))
        table = pa.table(
            {
                "as_of": [str(as_of)] * customers,
                "customer_id": [f"c{i}" for i in range(customers)],
                "propensity": [i / customers for i in range(customers)],
                "reasons": ["[]"] * customers,
                "recommended_products": ["[]"] * customers,
                "model_version": ["3"] * customers,
            }
        )
        known = {"model_name": "propensity-one", "model_version": "3", "run_id": "r"}
        told = {**known, "customers": customers, "history": "observed", **facts}
        lake.write_scores(use_case, as_of, table.to_reader(), facts=told)

    return write


@pytest.fixture
def held(mkt: Mkt, scored: Callable[..., None]) -> str:
    """The 16th published, the 17th held; the words of the error."""
    scored(16)
    scored(17, customers=10)
    mkt("publish", "--use-case", "one", "--as-of", "2026-11-16")
    with pytest.raises(PublicationHeldError) as error:
        mkt("publish", "--use-case", "one", "--as-of", "2026-11-17")
    return str(error.value)


def states(mkt: Mkt) -> list[tuple[str, str]]:
    found = json.loads(mkt("runs", "--use-case", "one", "--json"))["one"]
    return sorted(
        (one["as_of"][-2:], "current" if one["is_current"] else one["status"]) for one in found
    )


def test_the_limits_of_the_use_case_hold_a_night(mkt, held):
    assert "customers 10, before 20 (-50.0%, limit 25%)" in held
    assert states(mkt) == [("16", "current"), ("17", "held")]


def test_runs_and_segments_show_a_held_night_with_the_ways_on(mkt, held):
    for command in (("runs",), ("segments", "show")):
        told = mkt(*command, "--use-case", "one")
        assert "2026-11-17 is held: customers 10, before 20 (-50.0%, limit 25%)" in told
        assert "mkt publish --release" in told


def test_a_held_night_is_released_with_name_and_reason(mkt, held):
    told = mkt("publish", "--release", "--reason", "a branch was sold")
    assert "one as of 2026-11-17: 10 rows released and published" in told
    assert "customers in campaign.segment_changes: 0 entered, 10 left" in told
    assert states(mkt) == [("16", "published"), ("17", "current")]
    signed = f"2026-11-17 was held and released by {getpass.getuser()}: a branch was sold"
    assert signed in mkt("runs", "--use-case", "one")


def test_a_held_night_is_rejected(mkt, held):
    told = mkt("publish", "--reject", "--use-case", "one", "--as-of", "2026-11-17")
    assert "the held publication 2 is rejected" in told
    assert states(mkt) == [("16", "current"), ("17", "rejected")]
    with pytest.raises(BadInputError, match="no night of one or two is held"):
        mkt("publish", "--release", "--reason", "after all")


def test_one_held_use_case_does_not_stop_the_others(mkt, scored, held):
    scored(17, use_case="two")
    with pytest.raises(FailNowError, match="one as of 2026-11-17 is held"):
        mkt("publish", "--as-of", "2026-11-17")
    shown = json.loads(mkt("segments", "show", "--use-case", "two", "--json"))
    assert shown[0]["publication"]["as_of"] == "2026-11-17"


def test_a_rollback_is_told_and_shown(mkt, scored):
    for day in (16, 17):
        scored(day, customers=day)
        mkt("publish", "--use-case", "one", "--as-of", f"2026-11-{day}")
    told = mkt("rollback", "--use-case", "one", "--reason", "wrong model")
    assert "publication 1 as of 2026-11-16 is current again in place of 2 as of 2026-11-17" in told
    assert states(mkt) == [("16", "current"), ("17", "rolled_back")]
    why = f"rolled back from 2026-11-17 to 2026-11-16 by {getpass.getuser()}: wrong model"
    assert why in mkt("runs", "--use-case", "one")
    assert why in mkt("segments", "show", "--use-case", "one")
    assert "withdrawn" in mkt("runs", "--use-case", "one")


def test_a_publication_keeps_what_the_scores_tell(mkt, scored):
    scored(16, model_digest="ab" * 32, data_version_customers=4, data_version_orders=9)
    mkt("publish", "--use-case", "one", "--as-of", "2026-11-16")
    (one,) = json.loads(mkt("runs", "--use-case", "one", "--json"))["one"]
    assert one["model_digest"] == "ab" * 32
    assert one["data_versions"] == {"customers": 4, "orders": 9}
    assert one["published_by"] == getpass.getuser()
    assert len(one["checksum"]) == 32


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--release", "--reject"), "--release and --reject exclude each other"),
        (("--dry-run", "--reject"), "--dry-run and --reject exclude each other"),
        (("--reason", "x"), "--reason is given without a decision"),
        (("--release",), "a release needs a reason"),
        (("--release", "--reason", "x", "--use-case", "none"), "choose one of one, two"),
        (("--reject", "--as-of", "2026-11-09"), "no night of one or two as of 2026-11-09 is held"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(mkt, options, says):
    with pytest.raises(BadInputError, match=says):
        mkt("publish", *options)
