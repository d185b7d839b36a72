"""Who entered, left or moved; what is recorded of a publication; going back to an earlier one."""

from datetime import date

import pytest

from mkt_pipeline.errors import BadInputError


def changes(query, day, **where):
    """What ``day`` has, as {customer: (before, now)}."""
    found = query(
        "SELECT customer_id, previous_segment, segment, change FROM campaign.segment_changes"
        " JOIN campaign.switches USING (switch_id)"
        " WHERE as_of = %s AND cause = ANY (%s)",
        date(2026, 11, day),
        list(where.get("cause", ("night", "rerun", "release", "rollback"))),
    )
    for _, before, now, change in found:
        assert change == ("entered" if before is None else "left" if now is None else "moved")
    return {customer: (before, now) for customer, before, now, _ in found}


def states(query):
    found = query("SELECT as_of, status, is_current FROM campaign.publications ORDER BY 1, 2")
    return [(day.day, status, current) for day, status, current in found]


@pytest.fixture
def three_nights(night):
    night(16, high="a", low="bc")
    night(17, high="ab", low="d")
    return night(18, high="b", medium="a", low="d")


def test_in_the_first_night_everybody_enters(night, query):
    first = night(16, high="a", low="b")
    assert changes(query, 16) == {"a": (None, "high"), "b": (None, "low")}
    assert dict(first.changes) == {"entered": 2, "left": 0, "moved": 0}


def test_a_night_tells_who_entered_left_or_moved(three_nights, query):
    assert changes(query, 17) == {
        "b": ("low", "high"),
        "c": ("low", None),
        "d": (None, "low"),
    }
    assert changes(query, 18) == {"a": ("high", "medium")}


def test_a_rerun_replaces_the_changes_of_its_day(three_nights, night, query):
    again = night(18, high="a", low="bd")
    assert changes(query, 18) == {"b": ("high", "low")}
    assert dict(again.changes) == {"entered": 0, "left": 0, "moved": 1}
    night(18, high="ab", low="d")
    assert changes(query, 18) == {}
    assert len(changes(query, 17)) == 3


def test_a_rerun_of_the_first_night_lets_everybody_enter(night, query):
    night(16, high="a")
    night(16, high="b")
    assert changes(query, 16) == {"b": (None, "high")}


def test_a_rerun_is_compared_with_the_night_before_as_it_stands_now(night, query):
    night(16, high="a")
    night(17, high="a")
    night(16, low="a")
    night(17, high="a")
    assert changes(query, 17) == {"a": ("low", "high")}


def test_a_backfill_changes_nothing_for_readers(three_nights, night, query):
    before = query("SELECT count(*) FROM campaign.segment_changes")
    assert night(10, high="xyz").changes == {}
    assert query("SELECT count(*) FROM campaign.segment_changes") == before


def test_a_rollback_makes_the_night_before_current_and_is_recorded(three_nights, campaign, query):
    switch, counted = campaign.roll_back("u", who="approver", reason="the model was wrong")
    assert (switch.cause, switch.switched_by, switch.reason) == (
        "rollback",
        "approver",
        "the model was wrong",
    )
    assert (switch.previous_as_of, switch.as_of) == (date(2026, 11, 18), date(2026, 11, 17))
    assert counted == {"entered": 0, "left": 0, "moved": 1}
    assert changes(query, 17, cause=["rollback"]) == {"a": ("medium", "high")}
    assert len(changes(query, 17, cause=["night"])) == 3
    assert query("SELECT customer_id FROM campaign.current_segments ORDER BY 1") == [
        ("a",),
        ("b",),
        ("d",),
    ]
    assert states(query) == [
        (16, "published", False),
        (17, "published", True),
        (18, "rolled_back", False),
    ]
    assert campaign.switches("u")[0] == switch


def test_a_rollback_to_a_day_withdraws_all_later_ones(three_nights, campaign, query):
    campaign.roll_back("u", to=date(2026, 11, 16), who="approver", reason="both were wrong")
    assert states(query) == [
        (16, "published", True),
        (17, "rolled_back", False),
        (18, "rolled_back", False),
    ]
    assert changes(query, 16, cause=["rollback"]) == {
        "a": ("medium", "high"),
        "b": ("high", "low"),
        "c": (None, "low"),
        "d": ("low", None),
    }


def test_the_next_night_publishes_as_usual(three_nights, campaign, night, query):
    campaign.roll_back("u", to=date(2026, 11, 16), who="approver", reason="both were wrong")
    following = night(19, high="a", low="b")
    assert following.is_current
    assert changes(query, 19) == {"c": ("low", None)}


@pytest.mark.parametrize("day", [18, 19], ids=["by a rerun", "by the next night"])
def test_a_publication_that_was_hidden_by_hand_is_shown_and_recorded_anew(
    three_nights, campaign, night, query, day
):
    query("UPDATE campaign.publications SET is_current = false RETURNING 1")
    assert campaign.readiness().unrecorded == ("u",)
    night(day, high="ab")
    assert campaign.readiness().unrecorded == ()
    assert campaign.current("u").as_of.day == day


def test_a_day_that_was_rolled_back_may_be_published_again(three_nights, campaign, night, query):
    campaign.roll_back("u", who="approver", reason="the model was wrong")
    again = night(18, high="ab", low="d")
    assert (again.is_current, again.replaced) == (True, three_nights.publication_id)
    assert sum(again.changes.values()) == 0, "against what readers see since the rollback"
    assert changes(query, 18) == {"a": ("high", "medium")}, "which they saw, and saw undone"
    assert (18, "published", True) in states(query)


def test_a_rollback_is_taken_back_by_another(three_nights, campaign, query):
    campaign.roll_back("u", who="approver", reason="the model was wrong")
    campaign.roll_back("u", to=date(2026, 11, 18), who="approver", reason="it was not")
    assert states(query)[-1] == (18, "published", True)
    assert [s.cause for s in campaign.switches("u", limit=2)] == ["rollback", "rollback"]


@pytest.mark.parametrize(
    ("to", "says"),
    [
        (date(2026, 11, 9), "no publication as of 2026-11-09"),
        (date(2026, 11, 18), "is current already"),
    ],
)
def test_a_rollback_that_leads_nowhere_is_refused(three_nights, campaign, query, to, says):
    before = states(query)
    with pytest.raises(BadInputError, match=says):
        campaign.roll_back("u", to=to, who="approver", reason="try")
    assert states(query) == before


def test_there_is_nothing_before_the_first_night(campaign, night):
    with pytest.raises(BadInputError, match="nothing of u is published"):
        campaign.roll_back("u", who="approver", reason="try")
    night(16, high="a")
    with pytest.raises(BadInputError, match="no publication before"):
        campaign.roll_back("u", who="approver", reason="try")
    with pytest.raises(BadInputError, match="no reason was given"):
        campaign.roll_back("u", who="approver", reason="")


def test_a_publication_records_who_and_what_it_was_made_from(campaign, night):
    night(
        16,
        high="a",
        published_by="approver",
        model_digest="5f" * 32,
        data_versions={"customers": 4, "orders": 7},
    )
    current = campaign.current("u")
    assert (current.published_by, current.model_digest) == ("approver", "5f" * 32)
    assert current.data_versions == {"customers": 4, "orders": 7}
    night(17, high="a")
    assert campaign.current("u").published_by.startswith("writer ")  # the user of the database
    assert campaign.current("u").data_versions is None


def test_equal_segments_have_an_equal_checksum_whatever_their_order(campaign, night):
    first = night(16, high="ab", low="c")
    assert night(17, high="ba", low="c").checksum == first.checksum
    assert night(18, high="ac", low="b").checksum != first.checksum
    assert night(19, high="ab", low="c", scale=0.99).checksum != first.checksum
    assert campaign.current("u").checksum == night(19, high="ab", low="c", scale=0.99).checksum
