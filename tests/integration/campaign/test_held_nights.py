"""A night outside its limits is kept, told, shown to nobody, and decided about by a person."""

from datetime import date

import pytest

from mkt_pipeline.campaign.publication_held import PublicationHeldError
from mkt_pipeline.contracts.publication_limits import PublicationLimits
from mkt_pipeline.errors import BadInputError, FailNowError

LIMITS = PublicationLimits()
USUAL = {"high": "ab", "medium": "cd", "low": "efghij"}
SHORT = {"high": "ab", "medium": "cd", "low": "efg"}
CURRENT = "SELECT DISTINCT as_of FROM campaign.current_segments"


def states(query):
    found = query("SELECT as_of, status, is_current FROM campaign.publications ORDER BY 1")
    return [(day.day, status, current) for day, status, current in found]


@pytest.fixture
def held(night):
    """Three usual nights' worth: the 16th published, the 17th held for it lost customers."""
    night(16, limits=LIMITS, **USUAL)
    with pytest.raises(PublicationHeldError) as error:
        night(17, limits=LIMITS, **SHORT)
    return error.value


def test_the_first_night_has_nothing_to_be_compared_with(night):
    first = night(16, limits=LIMITS, **USUAL)
    assert first.is_current
    assert first.compared == ()


def test_a_usual_night_is_published_and_tells_each_check(night, campaign):
    night(16, limits=LIMITS, **USUAL)
    usual = night(17, limits=LIMITS, high="ab", medium="cd", low="efghi")
    assert usual.is_current
    assert usual.compared[0] == "customers 9, before 10 (-10.0%, limit 20%)"
    checks = campaign.current("u").checks["checks"]
    assert [(check["name"], check["passed"]) for check in checks] == [
        ("customers", True),
        ("share of high", True),
        ("share of medium", True),
        ("share of low", True),
        ("mean propensity", True),
        ("changed segment", True),
    ]


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (SHORT, r"customers 7, before 10 \(-30\.0%, limit 20%\)"),
        ({"high": "abcd", "low": "efghij"}, r"share of high 40\.0%.*\+20\.0 points, limit 10\.0"),
        (USUAL | {"scale": 0.4}, r"mean propensity 0\.1360, before 0\.3400 \(-60\.0%, limit 50%\)"),
        ({"high": "ef", "medium": "gh", "low": "abcdij"}, "80.0% of the customers before have ano"),
    ],
)
def test_a_night_outside_a_limit_is_held_and_the_error_names_it(night, query, broken, says):
    night(16, limits=LIMITS, **USUAL)
    with pytest.raises(PublicationHeldError, match=says) as error:
        night(17, limits=LIMITS, **broken)
    assert isinstance(error.value, FailNowError)
    assert states(query) == [(16, "published", True), (17, "held", False)]
    assert query(CURRENT) == [(date(2026, 11, 16),)]


def test_the_error_names_the_ways_on(held):
    which = "--use-case u --as-of 2026-11-17"
    assert "the segments as of 2026-11-16 stay current" in held.problem
    assert f'mkt publish --release --reason "..." {which}' in held.remedy
    assert f"mkt publish --reject {which}" in held.remedy
    assert "use_cases/u.yaml" in held.remedy


def test_a_held_night_is_kept_with_its_report(held, campaign, query):
    (one,) = campaign.held("u")
    assert (one.as_of, one.rows, one.status) == (date(2026, 11, 17), 7, "held")
    assert [words.split(" ")[0] for words in one.broken] == ["customers", "share"]
    assert one.checks["compared_as_of"] == "2026-11-16"
    kept = "SELECT count(*) FROM campaign.segments WHERE publication_id = %s"
    assert query(kept, one.publication_id) == [(7,)]
    assert query("SELECT count(*) FROM campaign.segment_changes WHERE as_of = '2026-11-17'") == [
        (0,)
    ]


def test_a_released_night_is_published_and_signed(held, campaign, query):
    receipt = campaign.release("u", who="approver", reason="the branch in Leeds was sold")
    assert (receipt.is_current, receipt.rows) == (True, 7)
    assert dict(receipt.changes) == {"entered": 0, "left": 3, "moved": 0}
    current = campaign.current("u")
    assert (current.decision, current.decided_by) == ("released", "approver")
    assert current.decision_reason == "the branch in Leeds was sold"
    assert current.held_at < current.decided_at <= current.published_at
    assert states(query) == [(16, "published", False), (17, "published", True)]
    (switch, _) = campaign.switches("u")
    assert (switch.cause, switch.switched_by) == ("release", "approver")


def test_a_rerun_of_a_released_night_with_the_same_rows_is_not_held_again(held, campaign, night):
    campaign.release("u", who="approver", reason="true")
    again = night(17, limits=LIMITS, **SHORT)
    assert again.is_current
    assert campaign.current("u").decided_by == "approver"
    with pytest.raises(PublicationHeldError):
        night(17, limits=LIMITS, high="a", medium="cd", low="efg")


def test_a_rejected_night_leaves_its_record_only(held, campaign, query):
    number, day = campaign.reject("u", who="approver", reason="half of the CRM was missing")
    assert day == date(2026, 11, 17)
    assert states(query) == [(16, "published", True), (17, "rejected", False)]
    assert query("SELECT count(*) FROM campaign.segments WHERE publication_id = %s", number) == [
        (0,)
    ]
    assert campaign.publications("u")[0].decision_reason == "half of the CRM was missing"
    with pytest.raises(BadInputError, match="no night of u is held"):
        campaign.release("u", who="approver", reason="after all")


def test_a_good_rerun_takes_the_place_of_a_held_night(held, campaign, night, query):
    night(17, limits=LIMITS, **USUAL)
    assert campaign.held("u") == ()
    assert states(query)[0] == (16, "published", False)
    assert sorted(states(query)[1:]) == [(17, "published", True), (17, "replaced", False)]


def test_a_rerun_that_is_held_leaves_the_first_run_of_the_day(night, query):
    night(16, limits=LIMITS, **USUAL)
    first = night(17, limits=LIMITS, **USUAL)
    with pytest.raises(PublicationHeldError):
        night(17, limits=LIMITS, **SHORT)
    assert query("SELECT DISTINCT publication_id FROM campaign.current_segments") == [
        (first.publication_id,)
    ]


def test_the_night_after_a_held_one_is_compared_with_what_readers_see(held, night):
    after = night(18, limits=LIMITS, **USUAL)
    assert after.is_current
    assert after.compared[0].startswith("customers 10, before 10")


def test_a_night_released_late_does_not_become_current(held, campaign, night):
    night(18, limits=LIMITS, **USUAL)
    assert not campaign.release("u", who="approver", reason="for the record").is_current
    assert campaign.current("u").as_of == date(2026, 11, 18)


def test_a_backfill_is_compared_with_the_publication_before_its_day(night, campaign):
    night(10, limits=LIMITS, **USUAL)
    night(16, **SHORT)
    backfill = night(12, limits=LIMITS, **USUAL)
    assert backfill.compared[0].startswith("customers 10, before 10")
    assert not backfill.is_current
    assert night(5, limits=LIMITS, **SHORT).compared == ()


@pytest.mark.parametrize(("as_of", "says"), [(None, "of u is held"), (date(2026, 11, 9), "11-09")])
def test_where_nothing_is_held_there_is_nothing_to_decide(campaign, night, as_of, says):
    night(16, **USUAL)
    with pytest.raises(BadInputError, match=says):
        campaign.release("u", as_of=as_of, who="approver", reason="true")
    with pytest.raises(BadInputError, match=says):
        campaign.reject("u", as_of=as_of, who="approver")


def test_a_release_needs_a_reason(held, campaign):
    with pytest.raises(BadInputError, match="no reason was given"):
        campaign.release("u", who="approver", reason=" ")
