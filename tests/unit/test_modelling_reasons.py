"""Contributions of features, and the words made of them."""

import json

import numpy as np
import pandas as pd
import pytest

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.contracts.reason_rules import ReasonRules
from mkt_pipeline.modelling.calibration import Calibrated
from mkt_pipeline.modelling.contributions import Explainer
from mkt_pipeline.modelling.english import english_reason
from mkt_pipeline.modelling.reasons import Reason, Reasons

FEATURES = (
    Feature("visits_90d", "visits", "number", "Visits.", "{value} visits in the last 90 days"),
    Feature("visits_30d", "visits", "number", "Visits.", "{value} visits in the last 30 days"),
    Feature("has_quote", "quotes", "flag", "Open quote.", "has an open quote"),
    Feature("region", "profile", "category", "Region.", "lives in {value}"),
)
REFERENCE = {"visits_90d": 0.0, "visits_30d": 0.0, "has_quote": 0.0, "region": None}


class KnownModel:
    """Log-odds that can be added up by hand; counts the rows it is asked about."""

    def __init__(self):
        self.calls = []

    def decision_function(self, frame):
        self.calls.append(len(frame))
        north = (frame["region"] == "north").fillna(value=False).astype(float)
        return (
            0.5 * frame["visits_90d"].fillna(0)
            + 0.25 * frame["visits_30d"].fillna(0)
            - 1.0 * frame["has_quote"]
            + 2.0 * north
        ).to_numpy()


class LogOdds:
    """A calibration that takes the score for log-odds."""

    slope = 1.0

    def predict(self, score):
        return 1 / (1 + np.exp(-score))


def frame(*rows, text="object"):
    made = pd.DataFrame(list(rows), columns=[feature.name for feature in FEATURES], dtype=object)
    kinds = {f.name: text if f.kind == "category" else "float64" for f in FEATURES}
    return made.astype(kinds)


def moved(table, model=None):
    asked = Explainer(Calibrated(model or KnownModel(), LogOdds()), REFERENCE, FEATURES)
    return asked.explained(table).contributions


def test_related_windows_are_moved_together_and_the_shortest_speaks():
    found = moved(frame((4, 2, 0, "north")))
    np.testing.assert_allclose(found, [[0, 2.5, 0, 2.0]], atol=1e-12)


def test_the_longer_window_speaks_where_the_shorter_is_as_usual():
    found = moved(frame((4, 0, 1, None)))
    np.testing.assert_allclose(found, [[2.0, 0, -1.0, 0]], atol=1e-12)


def test_a_customer_like_the_reference_costs_no_question():
    model = KnownModel()
    usual = frame((0, 0, 0, None), (0, 0, 0, np.nan))
    assert not moved(usual, model).any()
    assert model.calls == [2]


def test_an_empty_frame_has_no_contributions():
    assert moved(frame()).shape == (0, 4)


@pytest.mark.parametrize("text", ["object", "str"])
def test_a_customer_alone_has_the_contributions_of_one_among_many(text):
    rows = [(k % 4, k % 2, k % 2, ["north", None, "süd"][k % 3]) for k in range(24)]
    together = moved(frame(*rows, text=text))
    assert np.abs(together).max() > 1
    for row, expected in zip(rows, together, strict=True):
        np.testing.assert_array_equal(moved(frame(row, text=text)), [expected])


def test_the_row_labels_of_the_frame_do_not_matter():
    table = frame((4, 2, 0, "north"), (0, 0, 1, None))
    table.index = [7, 7]
    np.testing.assert_array_equal(moved(table)[1], moved(frame((0, 0, 1, None)))[0])


def test_the_strongest_reasons_come_first_and_say_their_direction():
    table = frame((4, 2, 1, "north"))
    (found,) = Reasons(FEATURES, ReasonRules(count=2)).top(table, moved(table))
    assert [(r.text, r.direction) for r in found] == [
        ("2 visits in the last 30 days", "raises"),
        ("lives in north", "raises"),
    ]
    assert [r.weight for r in found] == pytest.approx([2.5, 2.0])


def test_what_moves_nothing_is_no_reason():
    table = frame((0, 0, 1, None), (0, 0, 0, None))
    found = Reasons(FEATURES).top(table, moved(table))
    assert found == [[Reason("has_quote", "has an open quote", "lowers", pytest.approx(1.0))], []]


def as_document(reason):
    translated = {f"text_{language}": text for language, text in reason.translations.items()}
    plain = {key: value for key, value in vars(reason).items() if key != "translations"}
    return {**plain, **translated, "weight": round(reason.weight, 4)}


@pytest.mark.parametrize("languages", [("en",), ("zh", "en")])
def test_documents_say_what_the_reasons_say(languages):
    table = frame((4, 2, 1, 'n"orth'), (0, 0, 1, None), (0, 0, 0, None), (1, 0, 0, "süd"))
    reasons = Reasons(FEATURES, ReasonRules(languages=languages))
    told = [[as_document(one) for one in row] for row in reasons.top(table, moved(table))]
    documents = reasons.documents(table, moved(table)).to_pylist()
    assert [json.loads(document) for document in documents] == told
    assert documents[2] == "[]"


def test_reasons_of_many_customers_are_their_own():
    table = frame(*[(k % 5, 0, 0, None) for k in range(50)])
    found = Reasons(FEATURES).top(table, moved(table))
    assert [r[0].text if r else None for r in found[:5]] == [
        None,
        "1 visits in the last 90 days",
        "2 visits in the last 90 days",
        "3 visits in the last 90 days",
        "4 visits in the last 90 days",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.0, "2 visits in the last 90 days"),
        (1234.0, "1,234 visits in the last 90 days"),
        (1234.56, "1,235 visits in the last 90 days"),
        (12.34, "12.3 visits in the last 90 days"),
        (0.256, "0.26 visits in the last 90 days"),
        (-3.0, "-3 visits in the last 90 days"),
        (np.nan, "no visits known"),
    ],
)
def test_numbers_read_as_people_write_them(value, text):
    assert english_reason(FEATURES[0], value) == text


def test_flags_and_categories_read_as_sentences():
    consent = Feature("consent", "consent", "flag", "E-mail.", "contact allowed: {value}")
    assert english_reason(FEATURES[2], 0.0) == "does not apply: has an open quote"
    assert english_reason(FEATURES[2], 1.0) == "has an open quote"
    assert english_reason(FEATURES[2], np.nan) == "no open quote known"
    assert english_reason(consent, 1.0) == "contact allowed: yes"
    assert english_reason(FEATURES[3], None) == "no region known"
    assert english_reason(FEATURES[3], "north") == "lives in north"


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1 visit in 30 days"), (2.0, "2 visits in 30 days")]
)
def test_one_is_not_many(value, text):
    visits = Feature("visits_30d", "visits", "number", "Visits.", "{value} visit(s) in 30 days")
    assert english_reason(visits, value) == text


@pytest.mark.parametrize(
    ("reason", "value", "text"),
    [
        ("last order {value} day(s) ago", 3.3, "last order 3 days ago"),
        ("last order {value} day(s) ago", 1.2, "last order 1 day ago"),
        ("last order {value} day(s) ago | no order known", np.nan, "no order known"),
        ("last order {value} day(s) ago | no order known", 2.0, "last order 2 days ago"),
        ("car bought {value} time(s)", 1.0, "car bought once"),
        ("car bought {value} time(s)", 2.0, "car bought 2 times"),
        ("car bought {value} time(s)", 11.0, "car bought 11 times"),
        ("{value} order(s) more|fewer than before", -1.0, "1 order fewer than before"),
        ("{value} order(s) more|fewer than before", 2.0, "2 orders more than before"),
        ("{value} order(s) more|fewer than before", 0.0, "0 orders more or fewer than before"),
        ("spent {value} more|less than before", -17900.4, "spent 17,900 less than before"),
    ],
)
def test_a_sentence_says_it_as_people_do(reason, value, text):
    assert english_reason(Feature("f", "g", "number", "F.", reason), value) == text


@pytest.mark.parametrize("value", [-0.001, -0.4])
def test_what_rounds_to_nothing_has_no_sign(value):
    trend = Feature("trend", "trend", "number", "Trend.", "a trend of {value}")
    days = Feature("days", "days", "number", "Days.", "{value} day(s) since")
    assert english_reason(days, value) == "0 days since"
    assert english_reason(trend, -0.001) == "a trend of 0"


def test_a_language_that_is_named_twice_is_refused():
    with pytest.raises(ValueError, match="names a language twice"):
        ReasonRules(languages=("en", "zh", "en"))
