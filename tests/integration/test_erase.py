"""`mkt erase`: a person is gone from every file and table, and no night brings them back."""

import dataclasses
import json
import os
import time
from datetime import UTC, date, datetime, timedelta

import psycopg2
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.publication import Publication
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import CUSTOMERS, ENTITIES, ORDERS
from mkt_pipeline.contracts.reading import Reading, ServerState
from mkt_pipeline.errors import BadInputError, FailNowError
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.night_limits import Limits
from mkt_pipeline.steps.erase import StillThereError, erase_person, verify_erased

HER = "Zoë's 4711"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TYPES = {
    "text": pa.string(),
    "timestamptz": pa.timestamp("us", tz="UTC"),
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "decimal": pa.decimal128(18, 4),
}
LIMITS = Limits(may_be_empty=True, quarantine=0.01)


@dataclasses.dataclass
class Rows:
    """The rows of an entity as the CRM holds them; a part of them where ``since`` is given."""

    entity: object
    rows: list
    since: datetime | None = None
    fetched: list = dataclasses.field(default_factory=list)

    @property
    def reading(self):
        return Reading("test", changed_since=self.since, keys=self.since is not None)

    def changed(self):
        found = [r for r in self.rows if self.since is None or r["updated_at"] >= self.since]
        return self._reader(found)

    def keys(self):
        key = self.entity.key
        return pa.table({key: pa.array([r[key] for r in self.rows], pa.string())}).to_reader()

    def of(self, keys):
        self.fetched += keys
        return self._reader([r for r in self.rows if r[self.entity.key] in keys])

    def every(self):
        return self._reader(self.rows)

    def _reader(self, rows):
        schema = pa.schema([(c.name, TYPES[c.type]) for c in self.entity.columns])
        return pa.Table.from_pylist(rows, schema=schema).to_reader()


def customer(customer_id, **more):
    regular = {"customer_id": customer_id, "created_at": NOW, "updated_at": NOW}
    return {**regular, "is_active": True, **more}


def order(key, customer_id, **more):
    regular = {"order_line_id": key, "order_id": key, "customer_id": customer_id}
    times = {"ordered_at": NOW, "updated_at": NOW}
    return {**regular, **times, "quantity": 1, "amount": 5, "status": "confirmed", **more}


class Place:
    """A lake and a campaign database, with a night for every call."""

    def __init__(self, folder, url):
        self.lake = Lake(str(folder / "lake"), "shop", "UTC", folder / "home" / "scratch")
        self.folder, self.url = folder, url
        self.campaign = CampaignDatabase(url)
        self.campaign.migrate()
        self.day = date(2026, 1, 10)

    def night(self, entity, rows, *, since=None):
        self.day += timedelta(days=1)
        source = Rows(entity, rows, since)
        taken = datetime.combine(self.day, datetime.min.time(), UTC)
        done = self.lake.append_night(
            entity,
            source,
            as_of=AsOf(self.day),
            server=ServerState(taken, None, 0.0),
            limits=LIMITS,
        )
        return done, source

    def score(self, customers, day):
        rows = [{"customer_id": c, "as_of": str(day), "propensity": 0.5} for c in customers]
        table, facts = pa.Table.from_pylist(rows), {"run_id": str(day), "customers": len(rows)}
        self.lake.write_scores("u", AsOf(day), table.to_reader(), facts=facts)

    def publish(self, customers, day):
        lists = {"segment": "low", "recommended_products": "[]", "reasons": "[]"}
        rows = [{"customer_id": c, "propensity": 0.1, **lists} for c in customers]
        told = {"model_name": "m", "model_version": "1", "run_id": "r", "airflow_run": None}
        publication = Publication(
            use_case="u", as_of=day, source="shop", expected_rows=len(rows), **told
        )
        table = pa.Table.from_pylist(rows)
        self.campaign.publish(publication=publication, rows=table.to_reader())

    def erase(self, customer_id=HER, reason="a request"):
        return erase_person(
            lake=self.lake,
            campaign=self.campaign,
            customer_id=customer_id,
            who="mia",
            reason=reason,
        )

    def verify(self, customer_id=HER):
        return verify_erased(lake=self.lake, campaign=self.campaign, customer_id=customer_id)

    def log(self, entity):
        with self.lake.session() as session:
            return self.lake.logs(session)[entity].to_pyarrow().to_pylist()

    def query(self, text, *parameters):
        with psycopg2.connect(self.url) as connection, connection.cursor() as cursor:
            cursor.execute(text, parameters or None)
            found = cursor.fetchall()
        connection.close()
        return found


PEOPLE = [customer(HER, city="Ulm"), *(customer(f"c{n}") for n in range(30))]
LINES = [
    order("h1", HER),
    order("h2", HER),
    *(order(f"o{n}", f"c{n}") for n in range(30)),
]


@pytest.fixture
def place(tmp_path, database_url):
    """Two nights, a change, a deletion, quarantine, scores of a day and two publications."""
    place = Place(tmp_path, database_url)
    place.night(CUSTOMERS, PEOPLE)
    place.night(CUSTOMERS, [customer(HER, city="Bonn"), *PEOPLE[1:]])
    place.night(ORDERS, LINES)
    place.night(ORDERS, LINES[1:])
    bad = Limits(may_be_empty=True, quarantine=1.0)
    place.lake.append_night(
        ORDERS,
        Rows(ORDERS, [*LINES[1:], order("h3", HER, status="perhaps")]),
        as_of=AsOf(date(2026, 1, 15)),
        server=ServerState(datetime(2026, 1, 15, tzinfo=UTC), None, 0.0),
        limits=bad,
    )
    place.day = date(2026, 1, 15)
    place.score([HER, "c1"], date(2026, 1, 11))
    place.score([HER], date(2026, 1, 12))
    place.score([HER, "c1", "c2"], date(2026, 1, 12))
    place.publish([HER, "c1"], date(2026, 1, 11))
    place.publish([HER, "c1", "c2"], date(2026, 1, 12))
    return place


def bytes_that_name(folder, text):
    """Files that hold a text as it is, or in a column of Parquet: a search of its own."""
    found = []
    for path in (p for p in folder.rglob("*") if p.is_file()):
        if path.suffix == ".parquet":
            held = json.dumps(pq.read_table(path).to_pylist(), default=str, ensure_ascii=False)
        else:
            held = path.read_text(encoding="utf-8", errors="replace")
        if text in held or json.dumps(text) in held:
            found.append(path)
    return found


def test_nothing_of_an_erased_person_is_left_and_the_others_stay(place):
    others = [row for row in place.log("orders") if row["customer_id"] not in (HER, None)]
    assert bytes_that_name(place.folder, "Zoë")
    with pytest.raises(StillThereError, match=r"lake/crm/customers.*campaign\.segments"):
        place.verify()
    done = place.erase()
    assert done.counts["lake/crm/customers"] == 2
    assert done.counts["lake/crm/orders"] == 3, "two orders and the tombstone of one"
    assert done.counts["lake/quarantine/orders"] == 1
    assert done.counts["lake/scores/u"] == 2
    assert done.counts["campaign.segments"] == 2
    assert done.counts["campaign.segment_changes"] == 1
    place.verify()
    assert bytes_that_name(place.folder, "Zoë") == []
    assert bytes_that_name(place.folder, "Ulm") == []
    assert sorted(map(str, place.log("orders"))) == sorted(map(str, others))
    assert {row["order_line_id"] for row in place.log("orders")}.isdisjoint({"h1", "h2", "h3"})


def test_the_facts_of_the_last_night_survive(place):
    before = place.lake.log_state("orders"), place.lake.covered()
    place.erase()
    state = place.lake.log_state("orders")
    assert dataclasses.replace(before[0], rows=state.rows) == state
    assert (before[0].rows, state.rows) == (31, 30)
    assert place.lake.covered() == before[1]
    for day, customers in ((date(2026, 1, 11), 1), (date(2026, 1, 12), 2)):
        facts = place.lake.score_facts("u", AsOf(day))
        assert (facts["run_id"], facts["customers"]) == (str(day), customers)


def test_checkpoints_and_old_files_hold_nothing_either(place):
    log = place.folder / "lake" / "crm" / "orders"
    DeltaTable(str(log)).create_checkpoint()
    orphan = log / "part-of-a-killed-run.parquet"
    pq.write_table(pa.table({"customer_id": [HER]}), orphan)
    leftover = place.lake.scratch / "step-killed"
    leftover.mkdir(parents=True)
    (leftover / "changed.parquet").write_bytes(b"half a file")
    for old in (orphan, leftover):
        os.utime(old, (time.time() - 99_999, time.time() - 99_999))
    place.erase()
    place.verify()
    assert bytes_that_name(place.folder, "Zoë") == []
    assert not leftover.exists()
    assert len(place.log("orders")) == 30
    assert DeltaTable(str(log)).to_pyarrow_table().num_rows == 30


def test_an_unfinished_write_is_left_alone_and_told(place):
    place.erase()
    young = place.folder / "lake" / "crm" / "orders" / "part-young.parquet"
    pq.write_table(pa.table({"customer_id": [HER, "c1"]}), young)
    place.erase()
    assert young.exists()
    with pytest.raises(StillThereError, match=r"part-young.parquet: 1 rows"):
        place.verify()


def test_aggregates_stay_and_the_publications_say_how_many_are_gone(place):
    place.erase()
    kept = place.query("SELECT rows, erased, counts FROM campaign.publications ORDER BY as_of")
    assert [row[:2] for row in kept] == [(2, 1), (3, 1)]
    assert kept[1][2] == {"high": 0, "medium": 0, "low": 3}
    assert place.query("SELECT count(*) FROM campaign.segments") == [(3,)]


def test_the_record_tells_everything_but_who(place):
    done = place.erase(reason="request of May")
    place.erase(reason="asked twice")
    second, first = place.campaign.audit(done.person_hash)
    assert (first["done_by"], first["reason"], first["act"]) == ("mia", "request of May", "erase")
    assert first["counts"] == dict(done.counts)
    assert sum(second["counts"].values()) == 0
    assert place.query("SELECT erased FROM campaign.publications ORDER BY 1") == [(1,), (1,)]
    with pytest.raises(BadInputError, match="names the customer"):
        place.erase("c1", reason="forget c1 please")
    with pytest.raises(BadInputError, match="no customer"):
        place.erase(" ")


@pytest.mark.parametrize("since", [None, NOW, datetime(2026, 1, 9, tzinfo=UTC)])
def test_a_person_who_is_still_in_the_crm_is_not_brought_back(place, since):
    place.erase()
    people = [*PEOPLE, customer("new", updated_at=datetime(2026, 1, 12, tzinfo=UTC))]
    # More bad rows than the limit lets pass, and all of them hers.
    lines = [*LINES, *(order(f"x{n}", HER, status="?") for n in range(5))]
    done, _ = place.night(CUSTOMERS, people, since=since)
    assert (done.inserted, done.updated, done.deleted, done.quarantined) == (1, 0, 0, 0)
    done, _ = place.night(ORDERS, lines, since=since)
    assert (done.inserted, done.updated, done.deleted, done.quarantined) == (0, 0, 0, 0)
    place.verify()


def test_her_keys_are_not_read_again_every_night(place):
    place.erase()
    since = datetime(2026, 1, 9, tzinfo=UTC)
    _, source = place.night(ORDERS, [*LINES[1:], order("late", HER)], since=since)
    assert source.fetched == ["late"], "h2 is known to be hers"
    done, source = place.night(ORDERS, [*LINES[1:], order("late", HER)], since=since)
    assert source.fetched == []
    assert (done.inserted, done.deleted) == (0, 0)
    place.verify()


def test_a_row_that_became_an_erased_persons_ends_and_one_that_left_her_enters(place):
    place.erase()
    since, later = datetime(2026, 1, 9, tzinfo=UTC), datetime(2026, 1, 14, tzinfo=UTC)
    moved = [
        order("o0", HER, updated_at=later),
        order("h2", "c7", updated_at=later),
        *LINES[3:],
    ]
    done, _ = place.night(ORDERS, moved, since=since)
    assert (done.inserted, done.deleted) == (1, 1)
    done, source = place.night(ORDERS, moved, since=since)
    assert (done.inserted, done.deleted, source.fetched) == (0, 0, [])
    place.verify()


def test_without_its_key_the_list_of_erased_persons_stops_the_night(place):
    place.erase()
    place.lake.erased.key_file.unlink()
    with pytest.raises(FailNowError, match=r"key .* is missing"):
        place.night(CUSTOMERS, PEOPLE)
    place.lake.erased.key_file.write_text("another")
    with pytest.raises(FailNowError, match="is another"):
        place.night(CUSTOMERS, PEOPLE)


def test_the_list_holds_hashes_only_and_nobody_is_hashed_before_there_is_one(place):
    assert not place.lake.erased.key_file.exists()
    place.erase()
    assert place.lake.erased.key_file.stat().st_mode & 0o077 == 0
    files = place.lake.erased.store.files()
    listed = [row for path in files for row in pq.read_table(path).to_pylist()]
    assert {row["entity"] for row in listed} <= set(ENTITIES)
    assert all(len(row["hash"]) == len(row["person"]) == 64 for row in listed)
    assert len(listed) == 4, "she, h1, h2 and h3"
