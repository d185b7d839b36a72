"""Housekeeping: what is old goes, and no day of the lake and no fact of a night changes."""

import dataclasses
import os
import time
from datetime import UTC, date, datetime, timedelta

import mlflow
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from lake_nights import append_night

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import CONSENTS
from mkt_pipeline.contracts.reading import Reading, ServerState
from mkt_pipeline.features.state import state_as_of, timeline
from mkt_pipeline.lake.delta import DeltaStore
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.night_limits import Limits
from mkt_pipeline.lake.upkeep import LakeUpkeep
from mkt_pipeline.steps.housekeeping import Retention, keep_house
from mkt_pipeline.tracking.old_runs import RunsUpkeep
from mkt_pipeline.tracking.server import Tracking

FIRST, TODAY = date(2026, 1, 10), date(2026, 6, 1)
TYPES = {"text": pa.string(), "timestamptz": pa.timestamp("us", tz="UTC")}
SCHEMA = pa.schema([(c.name, TYPES[c.type]) for c in CONSENTS.columns])
RETENTION = Retention(
    features_days=30, scores_days=30, quarantine_days=30, publications=2, scoring_runs_days=30
)


@dataclasses.dataclass
class WholeTable:
    """Rows that are all there are."""

    table: pa.Table
    reading = Reading("all")

    def changed(self):
        return self.table.to_reader()


def midnight(day):
    return datetime.combine(day, datetime.min.time(), UTC)


@pytest.fixture
def lake(tmp_path):
    """Ten nights, in each of which some consents change, go, come and break the contract."""
    lake = Lake(str(tmp_path / "lake"), "shop", "UTC", tmp_path / "scratch", "500MB", 2)
    for n in range(10):
        day = FIRST + timedelta(days=n)
        rows = [
            {
                "consent_id": f"k{k}",
                "customer_id": f"c{k}",
                "channel": "email",
                "status": "?" if k == n else "withdrawn" if (k + n) % 3 else "granted",
                "effective_at": midnight(FIRST - timedelta(days=1)),
                "updated_at": midnight(day - timedelta(days=1)),
            }
            for k in range(20)
            if k != n + 1
        ]
        append_night(
            lake,
            CONSENTS,
            WholeTable(pa.Table.from_pylist(rows, schema=SCHEMA)),
            as_of=AsOf(day),
            server=ServerState(midnight(day) + timedelta(hours=2), None, 0.0),
            limits=Limits(may_be_empty=False, quarantine=0.5),
        )
    for day in (FIRST, FIRST + timedelta(days=1), TODAY - timedelta(days=3)):
        write_scores(lake, day)
    return lake


def write_scores(lake, day):
    table = pa.table({"customer_id": ["c1"], "as_of": [str(day)], "propensity": [0.5]})
    lake.write_scores("u", AsOf(day), table.to_reader(), facts={"run_id": str(day)})


def known(lake):
    """What is known as of each day."""
    with lake.session() as session:
        log = session.read(lake._log("consents").log.files())
        found = {}
        for n in range(-1, 12):
            day = FIRST + timedelta(days=n)
            state = state_as_of(timeline(log, key="consent_id"), cutoff=midnight(day))
            rows = state.select("consent_id", "status", "updated_at").to_pyarrow().to_pylist()
            found[day] = sorted(map(str, rows))
        return found


def on_disk(folder):
    return {path for path in folder.rglob("*.parquet") if "_delta_log" not in path.parts}


@dataclasses.dataclass
class NoTracking:
    """MLflow has a test of its own."""

    def tidy_runs(self, **_):
        return RunsUpkeep(0, 0)


@pytest.fixture
def keep(lake, database_url, tmp_path):
    campaign = CampaignDatabase(database_url)
    campaign.migrate()

    def run(*, dry_run=False):
        return keep_house(
            lake=lake,
            campaign=campaign,
            tracking=NoTracking(),
            retention=RETENTION,
            today=TODAY,
            home=tmp_path,
            dry_run=dry_run,
        )

    return run


def test_no_day_and_no_fact_changes_by_compaction(lake, keep):
    facts = lake.log_state("consents"), lake.covered(), lake.first_covered()
    before = known(lake)
    done = {one.table: one for one in keep().lake}
    log = done["crm/consents"]
    assert (log.files_before, log.files_after, log.expired) == (10, 1, 0)
    assert known(lake) == before
    assert (lake.log_state("consents"), lake.covered(), lake.first_covered()) == facts
    assert len({str(rows) for rows in before.values()}) > 5, "days differ from each other"


def test_days_beyond_retention_go_and_the_newest_stays(lake, keep):
    done = {one.table: one for one in keep().lake}
    assert done["scores/u"].expired == 2
    assert done["quarantine/consents"].expired == 9
    newest = TODAY - timedelta(days=3)
    assert lake.score_facts("u", AsOf(newest))["run_id"] == str(newest)
    days = {one["as_of"] for one in DeltaTable(f"{lake.uri}/scores/u").partitions()}
    assert days == {str(newest)}
    days = {one["as_of"] for one in DeltaTable(f"{lake.uri}/quarantine/consents").partitions()}
    assert days == {str(FIRST + timedelta(days=9))}


def test_scores_of_a_long_horizon_are_kept_until_it_was_seen_what_came_true(lake, tmp_path):
    closes = dataclasses.replace(RETENTION, closes_after_days={"u": 111, "other": 5})
    first = closes.first_days(TODAY)
    assert first["scores"] == first["scores/other"] + timedelta(days=6)
    done = {one.table: one for one in LakeUpkeep(lake.place, first).run(dry_run=True)}
    # FIRST lies 142 days before TODAY: 111 until the window closes, and 31 more.
    assert done["scores/u"].expired == 0
    sooner = dataclasses.replace(RETENTION, closes_after_days={"u": 110}).first_days(TODAY)
    done = {one.table: one for one in LakeUpkeep(lake.place, sooner).run(dry_run=True)}
    assert done["scores/u"].expired == 1


def test_a_dry_run_tells_the_same_days_and_changes_nothing(lake, keep, tmp_path):
    before = sorted((p, p.stat().st_mtime) for p in (tmp_path / "lake").rglob("*"))
    told = keep(dry_run=True)
    assert sorted((p, p.stat().st_mtime) for p in (tmp_path / "lake").rglob("*")) == before
    assert "nothing was written" in told.lines()[-1]
    done = keep()
    for what in ("table", "expired", "files_before", "files_after"):
        assert [getattr(one, what) for one in told.lake] == [
            getattr(one, what) for one in done.lake
        ]
    for dry, real in zip(told.lake, done.lake, strict=True):
        # Ten files joined are smaller than the ten, by nine footers at least.
        assert real.bytes_after <= dry.bytes_after <= 2 * real.bytes_before
        assert real.bytes_waiting == dry.bytes_waiting
    assert "are in files that readers have for 7 days yet" in done.lines()[-1]
    assert any("lake/crm/consents: 10 files" in line for line in done.lines())


def test_sizes_of_databases_and_folders_are_told(keep, tmp_path, database_url):
    (tmp_path / "logs" / "deep").mkdir(parents=True)
    (tmp_path / "logs" / "deep" / "one").write_bytes(b"x" * 2_000_000)
    told = keep(dry_run=True)
    assert told.folders["logs"] == 2_000_000
    assert told.folders["lake"] > 0
    name = database_url.rpartition("/")[2]
    assert told.databases[name] > 1_000_000
    lines = "\n".join(told.lines())
    assert "logs 2.0 MB" in lines
    assert name in lines


def test_files_that_a_reader_may_still_use_stay_for_a_week(lake, keep, tmp_path):
    folder = tmp_path / "lake" / "crm" / "consents"
    before = on_disk(folder)
    done = {one.table: one for one in keep().lake}["crm/consents"]
    assert before < on_disk(folder)
    assert done.bytes_waiting == sum(path.stat().st_size for path in before)
    (again,) = (one for one in keep(dry_run=True).lake if one.table == done.table)
    assert (again.bytes_after, again.bytes_waiting) == (done.bytes_after, done.bytes_waiting)
    orphan = folder / "part-of-a-killed-run.parquet"
    orphan.write_bytes(b"x" * 100)
    keep()
    assert orphan.exists(), "it may be about to be committed"
    age_log(folder, days=8)
    for path in before | {orphan}:
        os.utime(path, (time.time() - 8 * 86400,) * 2)
    done = {one.table: one for one in keep().lake}["crm/consents"]
    assert not orphan.exists()
    assert done.bytes_after < done.bytes_before


def age_log(folder, *, days):
    for path in (folder / "_delta_log").iterdir():
        os.utime(path, (time.time() - days * 86400,) * 2)


def test_commits_with_facts_outlive_deltas_own_cleaning_of_logs(tmp_path):
    store = DeltaStore(str(tmp_path / "new"))
    table = pa.table({"a": [1]})
    store.append(table.to_reader(), facts={"n": 0})
    old = DeltaStore(str(tmp_path / "old"))
    write_deltalake(old.uri, table)
    old.append(table.to_reader(), facts={"n": 0})
    old.keep_log()
    for one in (store, old):
        folder = tmp_path / one.uri.rpartition("/")[2]
        one.append(table.to_reader(), facts={"n": 1})
        DeltaTable(one.uri).create_checkpoint()
        age_log(folder, days=100)
        DeltaTable(one.uri).cleanup_metadata()
        assert [facts["n"] for facts in one.facts()] == [1, 0]


def test_old_scoring_runs_go_and_whatever_a_version_points_to_stays(server):
    url, _ = server
    client = mlflow.MlflowClient(url, url)  # else the registry of whoever asked last
    scoring, training = (client.create_experiment(f"{kind}/u") for kind in ("scoring", "training"))
    old = int(midnight(TODAY - timedelta(days=60)).timestamp() * 1000)
    young = int(midnight(TODAY).timestamp() * 1000)
    runs = {
        "old": client.create_run(scoring, start_time=old),
        "pointed": client.create_run(scoring, start_time=old),
        "young": client.create_run(scoring, start_time=young),
        "trained": client.create_run(training, start_time=old),
    }
    ids = {name: run.info.run_id for name, run in runs.items()}
    client.create_registered_model("propensity-u")
    version = client.create_model_version("propensity-u", "s3://x/y", run_id=ids["pointed"])
    client.set_registered_model_alias("propensity-u", "champion", version.version)
    tracking = Tracking(url)
    before = midnight(TODAY - timedelta(days=30))
    given = {"before": before, "lost_before": midnight(date(1990, 1, 1))}
    assert tracking.tidy_runs(**given, dry_run=True) == RunsUpkeep(1, 0)
    assert client.get_run(ids["old"]).info.lifecycle_stage == "active"
    assert tracking.tidy_runs(**given, dry_run=False) == RunsUpkeep(1, 0)
    stages = {name: client.get_run(one).info.lifecycle_stage for name, one in ids.items()}
    assert stages == {"old": "deleted"} | dict.fromkeys(("pointed", "young", "trained"), "active")
    assert tracking.tidy_runs(**given, dry_run=False) == RunsUpkeep(0, 0)


def test_runs_of_killed_processes_are_ended_and_those_that_run_are_not(server):
    url, _ = server
    client = mlflow.MlflowClient(url, url)
    experiment = client.create_experiment("training/killed")
    given = {"before": midnight(date(1990, 1, 1)), "lost_before": midnight(TODAY)}
    Tracking(url).tidy_runs(**given, dry_run=False)
    then, now = (int(midnight(day).timestamp() * 1000) for day in (FIRST, TODAY))
    ids = {
        "killed": client.create_run(experiment, start_time=then).info.run_id,
        "running": client.create_run(experiment, start_time=now).info.run_id,
        "ended": client.create_run(experiment, start_time=then).info.run_id,
    }
    client.set_terminated(ids["ended"], "FAILED")
    assert Tracking(url).tidy_runs(**given, dry_run=True).ended == 1
    assert client.get_run(ids["killed"]).info.status == "RUNNING"
    assert Tracking(url).tidy_runs(**given, dry_run=False).ended == 1
    found = {name: client.get_run(run_id).info.status for name, run_id in ids.items()}
    assert found == {"killed": "KILLED", "running": "RUNNING", "ended": "FAILED"}
