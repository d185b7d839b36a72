"""Numbers as they are told beside their limit."""

import pytest

from mkt_pipeline.campaign.comparison import Night, compare
from mkt_pipeline.contracts.publication_limits import PublicationLimits
from mkt_pipeline.contracts.telling_digits import telling_digits


@pytest.mark.parametrize(
    ("value", "limit", "least", "digits"),
    [
        (30.0, 20.0, 0, 0),
        (1.7, 1.5, 1, 1),
        (-1.7, 1.5, 1, 1),
        (1.54, 1.5, 1, 2),
        (0.023, 0.01, 1, 2),
        (0.0, 0.01, 1, 2),
        (0.0, 0.0, 1, 1),
        (0.00001, 0.0, 1, 5),
        (20.0, 20.0, 1, 1),
        (1e-9, 0.0, 1, 6),
    ],
)
def test_what_is_outside_looks_so(value, limit, least, digits):
    assert telling_digits(value, limit, least=least) == digits


def test_a_check_tells_a_small_limit_as_it_is_set():
    before = Night(rows=47_847, counts={"high": 100, "low": 47_747}, mean_propensity=0.0359)
    now = Night(rows=47_858, counts={"high": 101, "low": 47_757}, mean_propensity=0.0359)
    limits = PublicationLimits(rows_change=0.0001, share_points=0.0001, changed_segment=0.015)
    told = {
        check.name: check.words
        for check in compare(before=before, now=now, changed=0, limits=limits)
    }
    assert told["customers"] == "customers 47,858, before 47,847 (+0.02%, limit 0.01%)"
    assert told["share of high"].endswith("(+0.00 points, limit 0.01)")
    assert told["changed segment"].endswith("(limit 1.5%)")
