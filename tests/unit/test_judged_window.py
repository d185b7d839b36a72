"""The split in time: what is known before a window, and what is judged in it."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from small_training import use_case

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.chosen_method import ChosenMethod
from mkt_pipeline.contracts.use_case import Eligibility, Recommend
from mkt_pipeline.errors import NothingToDoError, TrainingRefusedError
from mkt_pipeline.lake.session import open_session
from mkt_pipeline.segments.methods import METHODS
from mkt_pipeline.steps import judged_window as step
from mkt_pipeline.steps.judged_window import judged_window
from mkt_pipeline.steps.recommender_windows import recommender_windows

CUT, KNOWN = AsOf(date(2026, 6, 1)), AsOf(date(2026, 7, 1))
CASE = use_case("shop")
"""Horizon of 30 days: the window after the cut has just closed."""

WAYS = [ChosenMethod(method.name, method.options[0]) for method in METHODS]
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
TIME = pa.timestamp("us", "UTC")


def day(days):
    """So many days after the cut, at noon."""
    return CUT.cutoff + timedelta(days=days, hours=12)


def table(rows, schema, known="at"):
    """Rows of one timeline; each is known from its own time on."""
    columns = {name: pa.array([row[name] for row in rows], kind) for name, kind in schema.items()}
    columns["known_at"] = pa.array([row[known] for row in rows], TIME)
    columns["superseded_at"] = pa.nulls(len(rows), TIME)
    columns["is_deleted"] = pa.array([False] * len(rows), pa.bool_())
    return pa.table(columns)


def tables(orders, *, looks=(), customers=(), sold=True):
    """``orders`` and ``looks`` are rows of customer, product and days from the cut on."""
    people = {customer: -1000 for customer, *_ in [*orders, *looks]} | dict(customers)
    text = pa.string()
    return {
        "customers": table(
            [{"customer_id": c, "created_at": day(d), "is_active": True, "at": day(d)}
             for c, d in sorted(people.items())],
            {"customer_id": text, "created_at": TIME, "is_active": pa.bool_()},
        ),
        "products": table(
            [{"product_id": p, "name": p, "category": c, "is_active": sold or p != "tea",
              "at": LONG_AGO} for p, c in (("car", "vehicle"), ("cup", "home"), ("tea", "food"))],
            {"product_id": text, "name": text, "category": text, "is_active": pa.bool_()},
        ),
        "orders": table(
            [{"customer_id": c, "product_id": p, "ordered_at": day(d), "status": s[0] if s
              else "confirmed", "at": day(d)} for c, p, d, *s in orders],
            {"customer_id": text, "product_id": text, "ordered_at": TIME, "status": text},
        ),
        "interactions": table(
            [{"customer_id": c, "product_id": p, "occurred_at": day(d), "kind": "look",
              "at": day(d)} for c, p, d in looks],
            {"customer_id": text, "product_id": text, "occurred_at": TIME, "kind": text},
        ),
    }  # fmt: skip


@pytest.fixture
def session(tmp_path):
    with open_session(folder=tmp_path, memory_limit="200MB", threads=1) as opened:
        yield opened


def judged(session, found, *, case=CASE, methods=WAYS, known=KNOWN):
    timelines = {name: session.register(one) for name, one in found.items()}
    return judged_window(session, timelines, case, as_of=CUT, known=known, methods=methods)


BEFORE = [("ann", "tea", -40), ("ann", "tea", -10), ("bob", "tea", -20), ("bob", "cup", -15)]
AFTER = [("ann", "tea", 3), ("bob", "cup", 10), ("bob", "cup", 20), ("bob", "tea", 29)]


def test_what_was_bought_in_the_window_is_judged_once_for_each_product(session):
    window = judged(session, tables([*BEFORE, *AFTER]))
    assert window.customers == 2
    # ann: tea; bob: cup and tea. Candidates by id: car, cup, tea.
    assert window.bought.toarray().tolist() == [[0, 0, 1], [0, 1, 1]]
    assert str(window.closes) == "2026-07-01"
    assert "2 customers bought 3 of 3 products" in window.line
    assert window.lists["personal_frequency"].tolist()[0] == [2, 1, -1]
    assert set(window.lists) == {way.label for way in WAYS}


def test_the_figures_are_those_of_the_lists(session):
    window = judged(session, tables([*BEFORE, *AFTER]), methods=[WAYS[1]])
    found = window.resampled(seed=1)
    lists = window.lists["personal_frequency"]
    assert lists.tolist() == [[2, 1, -1], [1, 2, -1]] or lists.tolist() == [[2, 1, -1], [2, 1, -1]]
    assert found.values["personal_frequency", "recall"] == 1.0
    assert found.values["personal_frequency", "coverage"] == pytest.approx(2 / 3)
    assert 0.9 < found.values["personal_frequency", "ndcg"] <= 1.0


@pytest.mark.parametrize(
    "late",
    [("ann", "tea", 30), ("ann", "tea", -1), ("eve", "tea", 3), ("ann", "car", 3, "quote")],
    ids=["after the window", "before it", "of nobody known then", "not bought"],
)
def test_what_does_not_count_is_not_judged(session, late):
    others = [row for row in AFTER if row[0] == "bob"]
    found = tables([*BEFORE, *others, late], customers={"eve": 2}.items())
    window = judged(session, found)
    assert window.customers == 1
    assert window.bought.toarray().tolist() == [[0, 1, 1]]


def test_who_is_not_scored_is_not_judged(session):
    strict = CASE.model_copy(update={"eligibility": Eligibility(ordered_within_days=12)})
    assert judged(session, tables([*BEFORE, *AFTER]), case=strict).customers == 1


def test_only_what_could_be_recommended_counts(session):
    narrow = CASE.model_copy(update={"recommend": Recommend(categories=("home",))})
    window = judged(session, tables([*BEFORE, *AFTER]), case=narrow)
    assert window.bought.toarray().tolist() == [[1]]
    gone = judged(session, tables([*BEFORE, *AFTER], sold=False))
    assert gone.bought.toarray().tolist() == [[0, 1]]


def crowd(random, days):
    """Purchases of a hundred customers on these days, with what they like."""
    goods = ["car", "cup", "tea"]
    return [
        (f"c{n:03}", goods[(n + int(random.random() < 0.3)) % 3], float(d))
        for n in range(100)
        for d in random.choice(days, 3)
    ]


def test_nothing_from_the_cut_on_changes_what_is_offered(session):
    random = np.random.default_rng(1)
    before, looks = crowd(random, np.arange(-400, 0)), crowd(random, np.arange(-60, 0))
    # The same buyers, so that the same customers are judged, in one world with a future besides.
    after = [(f"c{n:03}", "tea", 5.0) for n in range(100)]
    future = [(c, "car", d) for c, _, d in crowd(random, np.arange(0, 29))] * 3
    plain = judged(session, tables([*before, *after], looks=looks))
    # Customers of the future, whom nobody could know, all buy what was rare before.
    new = [(f"n{n:03}", "car", float(d)) for n in range(300) for d in (1, 9)]
    unknown = {customer: 0 for customer, *_ in new}.items()
    full = judged(
        session, tables([*before, *after, *new], looks=[*looks, *future], customers=unknown)
    )
    assert plain.customers == full.customers == 100
    for way in WAYS:
        assert np.array_equal(plain.lists[way.label], full.lists[way.label]), way.label


def test_many_buyers_are_judged_by_some_always_the_same(session, monkeypatch):
    monkeypatch.setattr(step, "JUDGED", 30)
    found = tables([(f"c{n}", "tea", float(d)) for n in range(200) for d in (-9, 9)])
    first, second = (judged(session, found) for _ in range(2))
    assert 10 < first.customers < 60
    assert first.customers == second.customers


def test_a_window_in_which_nobody_bought_anything_leaves_nothing_to_do(session):
    with pytest.raises(NothingToDoError, match="nobody bought"):
        judged(session, tables(BEFORE))


def test_a_window_that_is_not_closed_is_refused(session):
    with pytest.raises(TrainingRefusedError, match="closes on 2026-07-01, after 2026-06-30"):
        judged(session, tables([*BEFORE, *AFTER]), known=AsOf(date(2026, 6, 30)))


def test_windows_follow_one_another_and_the_last_has_just_closed():
    case = SimpleNamespace(gap_days=5, horizon_days=30)
    choice, latest = recommender_windows(case, as_of=KNOWN, first_day=date(2026, 1, 1))
    assert (str(choice), str(latest)) == ("2026-04-22", "2026-05-27")
    with pytest.raises(TrainingRefusedError, match="compare as of 2026-07-09 or later"):
        recommender_windows(case, as_of=KNOWN, first_day=date(2026, 1, 30))


def test_the_label_of_a_way_tells_its_settings():
    assert ChosenMethod("item_to_item").label == "item_to_item"
    told = ChosenMethod("popularity", {"half_life_days": 30.0}, version=2)
    assert told.label == "popularity (half_life_days 30)"
    assert told.same(ChosenMethod("popularity", {"half_life_days": 30}))
