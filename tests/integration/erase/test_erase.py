"""`mkt erase`: a person is gone from every file and table, and everything else stays."""

import dataclasses
import json
import os
import time
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.lake import erasing
from mkt_pipeline.steps.erase import StillThereError

from .place import HER


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
    told = place.erase()
    assert young.exists()
    assert told.unfinished == 1
    assert "1 files of the lake belong to writes that run or were killed" in told.lines()[-1]
    with pytest.raises(StillThereError, match=r"lake/crm/orders: 1 rows in part-young.parquet"):
        place.verify()
    age = time.time() - 4 * 3600
    os.utime(young, (age, age))
    assert place.erase().unfinished == 0
    place.verify()


def test_a_file_of_a_table_that_was_never_committed_is_told(place):
    place.erase()
    never = place.folder / "lake" / "features" / "new" / "part-0.parquet"
    never.parent.mkdir(parents=True)
    pq.write_table(pa.table({"customer_id": [HER, HER]}), never)
    with pytest.raises(StillThereError, match=r"lake/features/new: 2 rows in part-0.parquet"):
        place.verify()


def test_what_is_left_is_told_by_table_and_not_by_file(place):
    with pytest.raises(StillThereError, match=r"lake/crm/customers: 2 rows in 2 files") as told:
        place.verify()
    assert len(str(told.value)) < 1500


def test_a_key_that_nobody_has_is_not_barred_by_mistake(place):
    with pytest.raises(BadInputError, match="nothing of this customer is in the lake"):
        place.erase("c999")
    assert not place.lake.erased.store.exists
    place.erase("c999", even_unknown=True)
    assert sum(place.erase("c999").counts.values()) == 0, "known as erased from now on"


@pytest.mark.parametrize("key", [" ", "\udcff", "a\0b"])
def test_a_key_that_nobody_can_have_is_refused_without_repeating_it(place, key):
    for act in (place.erase, place.verify):
        with pytest.raises(BadInputError) as refused:
            act(key)
        assert key.strip() not in str(refused.value) or not key.strip()


def test_aggregates_stay_and_the_publications_say_how_many_are_gone(place):
    place.erase()
    kept = place.query("SELECT rows, erased, counts FROM campaign.publications ORDER BY as_of")
    assert [row[:2] for row in kept] == [(2, 1), (3, 1)]
    assert kept[1][2] == {"high": 0, "medium": 0, "low": 3}
    assert place.query("SELECT count(*) FROM campaign.segments") == [(3,)]


def test_the_record_counts_what_a_killed_run_removed_as_well(place, monkeypatch):
    class KilledError(BaseException):
        pass

    def killed(*_):
        raise KilledError

    third = iter([lambda: None, lambda: None, killed])
    with monkeypatch.context() as patched:
        patched.setattr(erasing, "clean_log", lambda _: next(third)())
        with pytest.raises(KilledError):
            place.erase()
    with monkeypatch.context() as patched:
        patched.setattr(CampaignDatabase, "erase", lambda *_, **__: killed())
        with pytest.raises(KilledError):
            place.erase()
    done = place.erase()
    (recorded,) = place.campaign.audit(done.person_hash)
    assert recorded["counts"] == dict(done.counts)
    names = ("lake/crm/customers", "lake/crm/orders", "lake/scores/u", "campaign.segments")
    assert [done.counts[name] for name in names] == [2, 3, 2, 2]
    assert sum(place.erase().counts.values()) == 0, "what was recorded is not counted again"


def test_the_record_tells_everything_but_who(place):
    done = place.erase(reason="request of May")
    place.erase(reason="asked twice")
    second, first = place.campaign.audit(done.person_hash)
    assert (first["done_by"], first["reason"], first["act"]) == (
        "approver",
        "request of May",
        "erase",
    )
    assert first["counts"] == dict(done.counts)
    assert sum(second["counts"].values()) == 0
    assert place.query("SELECT erased FROM campaign.publications ORDER BY 1") == [(1,), (1,)]
    with pytest.raises(BadInputError, match="names the customer"):
        place.erase("c1", reason="forget c1 please")
