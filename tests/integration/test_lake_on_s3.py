"""A lake in an S3-compatible store gives what a lake in a local folder gives."""

import contextlib
from datetime import date

import psycopg2
import pyarrow as pa
import pytest
from object_store import object_store
from quick_training import trained_quickly
from wired import wired

from mkt_pipeline.errors import AccessRefusedError, BusyError, ServerUnavailableError
from mkt_pipeline.lake.delta import DeltaStore
from mkt_pipeline.lake.place import Place
from mkt_pipeline.lake.storage import Storage
from mkt_pipeline.wiring.pipeline import wire
from mkt_pipeline.wiring.scoring import finished, part_scored, planned

TODAY = date(2026, 11, 1)
DAY = str(TODAY)
CASE = "service_visit"


@pytest.fixture(scope="module")
def local(tmp_path_factory, free_port):
    with wired(tmp_path_factory.mktemp("local") / "state", free_port, today=TODAY) as steps:
        yield steps


@pytest.fixture(scope="module")
def store(free_port):
    with object_store(free_port) as made:
        yield made


@pytest.fixture(scope="module")
def remote(local, store):
    """The same CRM and servers, with another lake."""
    told = {**local.settings.model_dump(), **store.settings("a folder/lake")}
    settings = type(local.settings)(**told, _env_file=None)
    return wire(settings, crm=local.crm, campaign=local.campaign, mlflow=local.mlflow)


@pytest.fixture(scope="module")
def nights(local, remote):
    """What a night tells with either lake."""
    return {name: night(steps) for name, steps in (("local", local), ("remote", remote))}


def night(steps):
    extracted = steps.extract(as_of=DAY)
    trained = trained_quickly(steps, CASE).train(CASE, as_of=DAY)
    steps.features(CASE, as_of=DAY)
    scored = steps.score(CASE, as_of=DAY)
    published = steps.publish(CASE, as_of=DAY)
    with contextlib.closing(psycopg2.connect(steps.campaign)) as database:
        cursor = database.cursor()
        cursor.execute(
            "SELECT customer_id, propensity, segment, segment_rank, reasons::text,"
            " recommended_products::text FROM campaign.current_segments ORDER BY 1"
        )
        current = cursor.fetchall()
    return extracted, trained, scored, published, current


def rows(steps, kind):
    lake = steps.lake
    with lake.session() as session:
        table = session.read(lake._day_files(kind, CASE, steps.as_of(DAY)))
        return session.stream(table).read_all().sort_by("customer_id").combine_chunks()


def test_a_night_tells_the_same(nights):
    (extracted, trained, scored, _, current), (again, other, score, published, readers) = (
        nights["local"],
        nights["remote"],
    )
    assert [e.inserted for e in extracted.entities] == [e.inserted for e in again.entities]
    assert other.test == trained.test
    assert (score.mean_propensity, score.quantiles) == (scored.mean_propensity, scored.quantiles)
    assert published.replaced is not None
    assert readers == current
    assert len(readers) > 2_000


@pytest.mark.parametrize("kind", ["features", "scores"])
def test_every_row_in_the_lake_is_the_same(local, remote, nights, kind):
    assert rows(remote, kind).equals(rows(local, kind))


def test_parts_are_put_together_there(remote, nights):
    expected = rows(remote, "scores")
    plan = planned(remote, CASE, as_of=DAY, parts=3).facts()
    for part in (3, 1, 2):
        part_scored(remote, plan, part)
    assert [one.name.rpartition("/")[2] for one in remote.lake.staged_scores.place.files()] == [
        f"{part:04d}-of-0003.parquet" for part in (1, 2, 3)
    ]
    finished(remote, plan)
    assert rows(remote, "scores").equals(expected)
    assert list(remote.lake.staged_scores.place.files()) == []


def test_of_two_that_append_after_the_same_version_one_is_refused(remote, nights):
    store = DeltaStore.at(remote.lake.place.below("of two"))
    table = pa.table({"n": [1]})
    store.append(table.to_reader(), facts={}, after=-1)
    store.append(table.to_reader(), facts={}, after=0)
    with pytest.raises(BusyError, match="another run committed"):
        store.append(table.to_reader(), facts={}, after=0)
    assert store.version == 1


def test_housekeeping_and_erasure_work_there(remote, nights):
    told = remote.housekeeping()
    assert {f"scores/{CASE}", f"features/{CASE}", "crm/orders"} <= {t.table for t in told.lake}
    assert all(one.bytes_after > 0 for one in told.lake if one.files_after)
    before = rows(remote, "scores")
    customer = before["customer_id"][-1].as_py()
    erased = remote.erase(customer, who="test", reason="asked for")
    assert erased.counts[f"lake/scores/{CASE}"] == 1
    assert erased.counts[f"lake/features/{CASE}"] == 1
    remote.verify_erased(customer)
    assert rows(remote, "scores").equals(before.slice(0, before.num_rows - 1).combine_chunks())


ROW = pa.table({"n": [1]})
ASKED = {
    "listing": lambda place: list(place.files()),
    "reading": lambda place: place.text("x"),
    "writing": lambda place: place.write_text("x", "y"),
    "opening a table": lambda place: DeltaStore.at(place).version,
    "committing": lambda place: DeltaStore.at(place).append(ROW.to_reader(), facts={}, after=-1),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_a_store_that_is_away_is_asked_again_later(free_port, asked):
    away = Storage(f"http://127.0.0.1:{free_port()}", key="a", secret="b", allow_http=True)
    with pytest.raises(ServerUnavailableError, match="does not answer about s3://lakes/t") as told:
        asked(Place("s3://lakes/t", away))
    assert len(str(told.value).splitlines()) == 1


@pytest.mark.parametrize("asked", ["writing", "opening a table", "committing"])
def test_a_store_that_refuses_is_not_asked_again(store, asked):
    access = Storage(store.endpoint, key=store.key, secret=store.secret, allow_http=True)
    with pytest.raises(AccessRefusedError, match=r"refuses s3://nobodys/t: N\w+B\w+"):
        ASKED[asked](Place("s3://nobodys/t", access))


def test_the_secret_is_in_no_repr(remote, store):
    assert store.secret not in repr(remote.lake)
    assert store.secret not in repr(remote.settings)
