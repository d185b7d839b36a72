"""A backup taken in the middle of a night, restored elsewhere, goes on as if nothing had been."""

import json
import shutil
import subprocess
import sys
from datetime import date

import pytest
from object_store import object_store
from quick_training import trained_quickly
from restored import RESTORING, YESTERDAY, is_whole, published, rows
from wired import wired

from mkt_pipeline.backup.back_up import back_up
from mkt_pipeline.backup.lake_copy import copy_lake, refuse_torn
from mkt_pipeline.backup.manifest import read_manifest
from mkt_pipeline.backup.places import FIRST, places
from mkt_pipeline.backup.postgres_programs import has_tables, mark_of, restore
from mkt_pipeline.backup.restore import _lake_back, restore_backup
from mkt_pipeline.errors import BadInputError, FailNowError, StorageFullError
from mkt_pipeline.lake.place import Place
from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.addresses import addresses
from mkt_pipeline.stack.airflow_config import write_airflow_config
from mkt_pipeline.stack.airflow_database import migrate
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.stack.launch import up
from mkt_pipeline.stack.shutdown import down
from mkt_pipeline.wiring.lake import whole_lake
from mkt_pipeline.wiring.pipeline import wire

TODAY = date(2026, 6, 2)
DAY = "2026-06-02"
CASE = "service_visit"


def night(pipeline, day):
    pipeline.extract_where_needed(as_of=day)
    pipeline.features(CASE, as_of=day)
    pipeline.score(CASE, as_of=day)
    return pipeline.publish(CASE, as_of=day)


@pytest.fixture(scope="module")
def original(tmp_path_factory, free_port):
    """A stack with one night published and the next one scored, but not published yet."""
    with wired(tmp_path_factory.mktemp("original"), free_port, today=TODAY) as pipeline:
        write_airflow_config(deployment(pipeline.settings))
        migrate(deployment(pipeline.settings))
        pipeline.extract(as_of=YESTERDAY)
        trained_quickly(pipeline, CASE).train(CASE, as_of=YESTERDAY)
        night(pipeline, YESTERDAY)
        pipeline.extract(as_of=DAY)
        pipeline.features(CASE, as_of=DAY)
        pipeline.score(CASE, as_of=DAY)
        yield pipeline


@pytest.fixture(scope="module")
def backup(original, tmp_path_factory):
    found = places(original.settings)
    into = tmp_path_factory.mktemp("backups")
    return back_up(found, into, source="dealership", covered=DAY).folder


@pytest.fixture
def elsewhere(original, tmp_path, free_port):
    """An empty place that reads the same CRM; only its PostgreSQL runs."""
    settings = Settings(
        home=tmp_path / "elsewhere",
        crm_url=original.crm,
        postgres_port=free_port(),
        mlflow_port=free_port(),
        today=TODAY,
        _env_file=None,
    )
    where = deployment(settings)
    up(where, only=("postgres",), tell=lambda *_: None)
    yield settings
    down(where, tell=lambda *_: None)


def test_the_next_night_goes_on_in_the_new_place(original, backup, elsewhere):
    artifacts = places(elsewhere).folders["artifacts"]
    artifacts.mkdir(parents=True)
    volume = artifacts.stat().st_ino
    restored = restore_backup(places(elsewhere), backup, source="dealership")
    # A volume cannot be put aside and another folder take its place.
    assert artifacts.stat().st_ino == volume
    assert not (artifacts / ".restoring").exists()
    assert restored.manifest.covered == DAY
    up(deployment(elsewhere), only=("mlflow",), tell=lambda *_: None)
    known = addresses(elsewhere)
    pipeline = wire(elsewhere, crm=known.crm, campaign=known.campaign, mlflow=known.mlflow)
    assert published(pipeline) == published(original)
    yesterdays = published(original)
    night(pipeline, DAY)
    original.publish(CASE, as_of=DAY)
    assert published(pipeline) == published(original) != yesterdays
    airflow = places(elsewhere).databases["airflow"]
    assert rows(airflow, "SELECT version_num FROM alembic_version") == rows(
        places(original.settings).databases["airflow"], "SELECT version_num FROM alembic_version"
    )


def test_a_place_that_is_not_empty_is_left_alone(original, backup):
    before = published(original)
    with pytest.raises(BadInputError, match="not empty: the database airflow"):
        restore_backup(places(original.settings), backup, source="dealership")
    assert published(original) == before


def test_a_damaged_backup_is_refused_before_anything_is_written(backup, elsewhere, tmp_path):
    file = next(iter((backup / "lake").rglob("*.parquet")))
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    try:
        with pytest.raises(FailNowError, match=r"has changed: lake/.*parquet"):
            restore_backup(places(elsewhere), backup, source="dealership")
    finally:
        file.write_bytes(whole)
    assert not rows(
        places(elsewhere).databases["campaign"],
        "SELECT 1 FROM pg_tables WHERE schemaname = 'campaign'",
    )


def test_a_restore_that_was_ended_half_way_goes_on(original, backup, elsewhere):
    found = places(elsewhere)
    # As a kill after the first two databases leaves it.
    for part in ("airflow", "campaign"):
        restore(found.databases[part], backup / f"{part}.dump", mark="any")
    found.notes.write_text(f"{backup.resolve()}\nairflow\ncampaign")
    restore_backup(found, backup, source="dealership")
    assert is_whole(original, found)


def test_a_restore_that_is_killed_again_and_again_comes_to_its_end(original, backup, elsewhere):
    """Each try is killed a little later than the one before, wherever it may be then."""
    found, told = places(elsewhere), elsewhere.model_dump_json(exclude_none=True)
    # Addresses are secrets, which a document does not show.
    told = told.replace('"**********"', json.dumps(original.crm))
    half_way = 0
    for tenths in range(1, 100):
        with subprocess.Popen(
            [sys.executable, "-c", RESTORING, str(backup)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            child.stdin.write(told + "\n")
            child.stdin.flush()
            assert child.stdout.readline() == "begins\n"
            try:
                assert child.wait(timeout=tenths / 10) == 0
                break
            except subprocess.TimeoutExpired:
                child.kill()
        if half_way and not found.notes.exists():
            break  # it was done, and killed on its way out
        if found.notes.exists():
            half_way += 1
            with pytest.raises(FailNowError, match=r"restore of .* has not come to its end"):
                whole_lake(elsewhere)
    assert half_way > 1
    assert is_whole(original, found)
    assert whole_lake(elsewhere).covered() == original.lake.covered()


def test_a_database_that_came_back_and_was_not_noted_is_recognised(original, backup, elsewhere):
    found = places(elsewhere)
    began = read_manifest(backup).began
    mark = f"the backup of {began.isoformat()}"
    restore(found.databases["airflow"], backup / "airflow.dump", mark=mark)
    assert (has_tables(found.databases["airflow"]), mark_of(found.databases["airflow"])) == (
        True,
        mark,
    )
    with pytest.raises(BadInputError, match="not empty: the database airflow"):
        restore_backup(found, backup, source="dealership")
    found.notes.write_text(str(backup.resolve()))
    with pytest.raises(FailNowError, match="has not come to its end"):
        up(deployment(elsewhere), tell=lambda *_: None)
    restore_backup(found, backup, source="dealership")
    assert is_whole(original, found)


def test_a_dump_that_does_not_fit_leaves_nothing(backup, elsewhere, tmp_path):
    url, dump = places(elsewhere).databases["campaign"], backup / "campaign.dump"
    rows(url, "CREATE SCHEMA campaign; COMMIT; SELECT 1")
    with pytest.raises(FailNowError, match=r'psql failed .*schema "campaign" already exists'):
        restore(url, dump, mark="any")
    rows(url, "DROP SCHEMA campaign; COMMIT; SELECT 1")
    half = tmp_path / "half.dump"
    half.write_bytes(dump.read_bytes()[: dump.stat().st_size // 2])
    with pytest.raises(FailNowError, match=r"(pg_restore|psql) failed"):
        restore(url, half, mark="any")
    assert (has_tables(url), mark_of(url)) == (False, None)


def test_a_lake_goes_into_a_store_of_objects_and_back(original, backup, tmp_path, free_port):
    with object_store(free_port) as store:
        told = {**original.settings.model_dump(), **store.settings("a folder/lake")}
        lake = places(Settings(**told, _env_file=None)).lake
        # As a kill in the midst of it leaves it.
        lake.write_text(".restoring", "")
        lake.write_text("crm/orders/half.parquet", "")
        _lake_back(Place(str(backup / "lake")), lake)
        lake.remove(".restoring")
        assert refuse_torn(lake) == refuse_torn(Place(str(backup / "lake"))) > 3
        digests = copy_lake(lake, Place(str(tmp_path / "again")))
    listed = json.loads((backup / "manifest.json").read_text())["files"]
    assert {f"lake/{name}": one for name, one in digests.items()} == {
        name: one for name, one in listed.items() if name.startswith("lake/")
    }


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/backups"])
def test_where_no_folder_can_be_is_told_before_anything_is_copied(original, tmp_path, place):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(BadInputError, match="no backup can be written into"):
        back_up(places(original.settings), tmp_path / place, source="dealership", covered=DAY)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.fixture
def small_disk(original, tmp_path_factory, tmp_path):
    """A disk with room for the first dumps and a little more; mounting one needs root."""
    into = tmp_path_factory.mktemp("now")
    now = back_up(places(original.settings), into, source="dealership", covered=DAY).folder
    dumps = sum((now / f"{name}.dump").stat().st_size for name in FIRST)
    room = f"size={dumps // 1024 + 100}k"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", room, "none", str(tmp_path)], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("a small disk can be mounted by root only")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_full_disk_leaves_no_backup_and_says_so(original, small_disk):
    found = places(original.settings)
    with pytest.raises(StorageFullError, match="the disk is full while writing"):
        back_up(found, small_disk / "first", source="dealership", covered=DAY)
    (left,) = (small_disk / "first").iterdir()
    assert left.suffix == ".unfinished"
    # With less room still it is the first dump that finds it full.
    shutil.rmtree(small_disk / "first")
    free = shutil.disk_usage(small_disk).free
    (small_disk / "other").write_bytes(b"x" * (free - 12_288))
    with pytest.raises(FailNowError, match=r"pg_dump failed .*No space left"):
        back_up(found, small_disk / "second", source="dealership", covered=DAY)


def test_half_a_backup_is_none(backup, tmp_path, elsewhere):
    with pytest.raises(BadInputError, match="is not a whole backup"):
        restore_backup(places(elsewhere), tmp_path, source="dealership")


def test_a_backup_of_another_source_is_refused(backup, elsewhere):
    with pytest.raises(BadInputError, match="is of the source dealership, configured is shop"):
        restore_backup(places(elsewhere), backup, source="shop")


def test_a_backup_is_for_its_owner_alone_and_holds_no_password(original, backup):
    assert backup.stat().st_mode & 0o077 == 0
    manifest = json.loads((backup / "manifest.json").read_text())
    assert manifest["source"] == "dealership"
    password = original.campaign.split(":")[2].split("@")[0]
    assert password not in (backup / "manifest.json").read_text()
