"""What a night is held for, by numbers."""

import pytest

from mkt_pipeline.campaign.comparison import Comparison, Night, compare
from mkt_pipeline.contracts.publication_limits import PublicationLimits


def night(high=40, medium=160, low=800, mean=0.1):
    counts = {"high": high, "medium": medium, "low": low}
    return Night(rows=high + medium + low, counts=counts, mean_propensity=mean)


def broken(now, *, before=None, changed=0, **limits):
    checks = compare(
        before=before or night(), now=now, changed=changed, limits=PublicationLimits(**limits)
    )
    return [check.name for check in Comparison(checks=checks).broken]


@pytest.mark.parametrize(
    ("now", "names"),
    [
        (night(), []),
        (night(low=1000), []),  # a fifth more customers: the limit itself is within it
        (night(low=1001), ["customers"]),
        (night(high=80, low=760), []),  # may double
        (night(high=81, low=759), ["share of high"]),
        (night(high=20, low=820), []),  # or be halved
        (night(high=19, low=821), ["share of high"]),
        (night(medium=80, low=880), []),
        (night(medium=79, low=881), ["share of medium"]),
        (night(mean=0.15), []),
        (night(mean=0.151), ["mean propensity"]),
        (night(mean=0.049), ["mean propensity"]),
    ],
)
def test_each_limit_holds_from_just_beyond_it(now, names):
    assert broken(now) == names


def test_customers_who_changed_segment_or_are_gone_are_counted_against_those_before():
    assert broken(night(), changed=300) == []
    assert broken(night(), changed=301) == ["changed segment"]


def test_a_segment_that_hardly_existed_may_grow_to_a_fiftieth():
    before = night(high=1, low=839)
    assert broken(night(high=21, low=819), before=before) == []
    assert broken(night(high=22, low=818), before=before) == ["share of high"]


def test_a_segment_does_not_just_end_unless_it_hardly_existed():
    assert broken(night(high=0, low=920), before=night(high=20, low=900)) == []
    assert broken(night(high=0, low=921), before=night(high=21, low=900)) == ["share of high"]
    assert broken(night(high=1, low=920), before=night(high=21, low=900)) == []


def test_limits_of_the_use_case_count():
    assert broken(night(low=900), rows_change=0.05) == ["customers"]
    assert broken(night(high=60, low=780), share_change=0.1) == []  # two points always may
    assert broken(night(high=61, low=779), share_change=0.1) == ["share of high"]
    assert broken(night(high=200, low=640), share_change=9, share_points=1) == []


def test_a_mean_of_nothing_is_no_division_by_zero():
    assert broken(night(mean=0.0), before=night(mean=0.0)) == []
    assert broken(night(mean=0.1), before=night(mean=0.0)) == ["mean propensity"]


def test_a_night_is_not_held_where_the_same_rows_were_released():
    checks = compare(before=night(), now=night(low=10), changed=0, limits=PublicationLimits())
    assert Comparison(checks=checks).holds
    released = Comparison(checks=checks, released_by="approver", released_id=7)
    assert not released.holds
    assert released.document()["released_before_by"] == "approver"
