"""No night brings an erased person back, or takes notice of what was theirs."""

from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from mkt_pipeline.contracts.entities import CUSTOMERS, ENTITIES, ORDERS
from mkt_pipeline.errors import FailNowError

from .place import HER, LINES, NOW, PEOPLE, customer, order


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
