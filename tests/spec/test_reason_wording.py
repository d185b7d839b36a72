"""The sentences that features give to sales people, whatever the company sells."""

import pytest

from mkt_pipeline.contracts.use_case import Target
from mkt_pipeline.features.feature_set import feature_set
from mkt_pipeline.features.frame_of_reference import FrameOfReference

from .text_tables import DAY, VOCABULARY, as_of, timelines, use_case


@pytest.fixture(scope="module")
def reasons():
    """Feature → its sentence, for a target of the category car and for any product."""

    def of(case):
        reference = FrameOfReference(as_of(DAY), case, VOCABULARY)
        return {f.name: f.reason for f in feature_set(timelines(), reference).features}

    return of(use_case()), of(use_case(target=Target()))


@pytest.mark.parametrize(
    ("feature", "of_cars", "of_anything"),
    [
        (
            "attr_size",
            "size: {value} | no size known",
            "size: {value} | no size known",
        ),
        (
            "target_interest_30d",
            "{value} contact(s) about car in the last 30 days",
            "{value} contact(s) about product in the last 30 days",
        ),
        (
            "days_since_last_target",
            "last car bought {value} day(s) ago | no earlier order of car known",
            "last product bought {value} day(s) ago | no earlier order of product known",
        ),
        ("target_orders_total", "car bought {value} time(s)", "product bought {value} time(s)"),
        (
            "orders_trend",
            "{value} order(s) more|fewer in the last 90 days than in the 90 before",
            "{value} order(s) more|fewer in the last 90 days than in the 90 before",
        ),
    ],
)
def test_a_sentence_reads_well_for_any_target(reasons, feature, of_cars, of_anything):
    assert (reasons[0][feature], reasons[1][feature]) == (of_cars, of_anything)
