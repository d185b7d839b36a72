"""The rows of old publications go, their record stays, and readers notice nothing."""

from datetime import date

import pytest

from mkt_pipeline.cli.runs import state
from mkt_pipeline.errors import BadInputError


def rows_by_day(query):
    return dict(
        query(
            "SELECT extract(day FROM as_of)::int, count(customer_id) FROM campaign.publications"
            " LEFT JOIN campaign.segments USING (publication_id) GROUP BY 1"
        )
    )


@pytest.fixture
def nights(night):
    for day in range(1, 6):
        night(day, high="ab", low="c")


def test_the_newest_keep_their_rows_and_every_record_stays(campaign, query, nights):
    (told,) = campaign.remove_old_rows(kept=2, dry_run=True)
    assert (told.publications, told.rows, told.removed) == (3, 9, False)
    assert told.bytes > 0
    assert set(rows_by_day(query).values()) == {3}
    (done,) = campaign.remove_old_rows(kept=2, dry_run=False)
    assert (done.publications, done.removed) == (3, True)
    assert rows_by_day(query) == {1: 0, 2: 0, 3: 0, 4: 3, 5: 3}
    kept = query(
        "SELECT rows, counts ->> 'high', rows_removed_at IS NOT NULL"
        " FROM campaign.publications ORDER BY as_of"
    )
    assert kept == [(3, "2", True)] * 3 + [(3, "2", False)] * 2
    assert query("SELECT count(*) FROM campaign.segment_partitions") == [(2,)]
    assert campaign.remove_old_rows(kept=2, dry_run=False)[0].publications == 0


def test_the_current_and_held_ones_stay_however_old(campaign, query, nights, night):
    campaign.roll_back("u", to=date(2026, 11, 1), who="approver", reason="try")
    campaign.remove_old_rows(kept=2, dry_run=False)
    assert rows_by_day(query) == {1: 3, 2: 0, 3: 0, 4: 3, 5: 3}
    assert campaign.current("u").as_of == date(2026, 11, 1)
    assert campaign.customer("u", "a") is not None


def test_nobody_goes_back_to_a_publication_without_rows(campaign, nights, night):
    campaign.remove_old_rows(kept=2, dry_run=False)
    with pytest.raises(BadInputError, match=r"removed the rows of u as of 2026-11-02 on 20\d\d-"):
        campaign.roll_back("u", to=date(2026, 11, 2), who="approver", reason="try")
    assert campaign.roll_back("u", who="approver", reason="try")[0].as_of == date(2026, 11, 4)
    with pytest.raises(BadInputError, match="no publication before"):
        campaign.roll_back("u", who="approver", reason="try")
    assert night(5, high="a").is_current
    assert night(2, high="a").replaced is not None
    states = {one.as_of.day: state(one) for one in campaign.nights("u")}
    assert states == {1: "no rows", 2: "published", 3: "no rows", 4: "published", 5: "current"}
    assert campaign.roll_back("u", to=date(2026, 11, 2), who="approver", reason="now")
