"""What is recommended to whom, as small histories that can be read. The as-of is day 0."""

import json
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from offers import Shop, shop

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.segments.assortment import assortment
from mkt_pipeline.segments.evidence_matrix import weighted_evidence

AS_OF = AsOf(date(2026, 11, 16))
EVENTS = ["customer_id", "product_id", "kind", "days"]
CATALOGUE = """
    pen    | Pen    | desk | yes
    paper  | Paper  | desk | yes
    ink    | Ink    | desk | yes
    globe  | Globe  | home | yes
    quill  | Quill  | desk | no
"""


def cells(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def catalogue() -> pd.DataFrame:
    frame = pd.DataFrame(cells(CATALOGUE), columns=["product_id", "name", "category", "is_active"])
    return frame.assign(is_active=frame["is_active"] == "yes")


def events(rows: list[list[object]]) -> pd.DataFrame:
    """Rows of customer, product, kind and days before the as-of."""
    frame = pd.DataFrame(rows, columns=EVENTS)
    times = [AS_OF.cutoff - timedelta(days=float(days)) for days in frame.pop("days")]
    return frame.assign(happened_at=pd.to_datetime(pd.Series(times), utc=True))


def crowd(*steps: tuple[str, str, float], size: int = 40) -> list[list[object]]:
    """Customers crowd0, crowd1 ... who all took the same steps."""
    return [[f"crowd{i}", *step] for i in range(size) for step in steps]


def fitted(history: list[list[object]], **changes: object) -> Shop:
    frame = events(history)
    bought = frame["kind"] == "bought"
    given = {
        "evidence": frame,
        "purchases": frame[bought],
        "products": catalogue(),
        "as_of": AS_OF,
        **changes,
    }
    return shop(**given)


def first(recommender: Shop, customer: str) -> str:
    """The product recommended first."""
    return names(recommender, customer)[0]


def names(recommender: Shop, customer: str) -> list[str]:
    return [product["product_id"] for product in recommender.lists([customer])[0]]


PEN_THEN_INK = crowd(("pen", "bought", 120), ("ink", "bought", 60))
POPULAR_PAPER = [[f"p{i}", "paper", "bought", 30] for i in range(90)]


def test_what_others_bought_next_is_recommended():
    recommender = fitted([*PEN_THEN_INK, *POPULAR_PAPER, ["me", "pen", "bought", 20]])
    assert first(recommender, "me") == "ink"


def test_without_evidence_what_is_popular_is_recommended():
    recommender = fitted([*PEN_THEN_INK, *POPULAR_PAPER])
    assert names(recommender, "a stranger") == ["paper", "ink", "pen"]


def test_recent_purchases_make_popular():
    old = [[f"o{i}", "globe", "bought", 900] for i in range(20)]
    new = [[f"n{i}", "ink", "bought", 10] for i in range(10)]
    assert first(fitted([*old, *new]), "a stranger") == "ink"


def test_what_is_bought_again_and_again_is_recommended_again():
    refills = crowd(*(("ink", "bought", days) for days in (300, 200, 100, 20)))
    recommender = fitted([*refills, *POPULAR_PAPER, *POPULAR_PAPER, ["me", "ink", "bought", 30]])
    assert first(recommender, "me") == "ink"


def test_what_is_bought_once_is_not_recommended_again():
    once = crowd(("globe", "bought", 200), size=80)
    some = [[f"s{i}", "pen", "bought", 100] for i in range(30)]
    recommender = fitted([*once, *some, ["me", "globe", "bought", 20]])
    assert first(recommender, "a stranger") == "globe"
    assert first(recommender, "me") == "pen"


def test_looking_at_a_product_speaks_for_it_until_it_is_bought():
    lookers = crowd(("globe", "looked", 100), ("globe", "bought", 80))
    looking = ["looker", "globe", "looked", 5]
    settled = [["owner", "globe", "looked", 9], ["owner", "globe", "bought", 5]]
    recommender = fitted([*lookers, *POPULAR_PAPER, looking, *settled])
    assert first(recommender, "looker") == "globe"
    assert first(recommender, "owner") == "paper"


def test_inactive_products_are_evidence_but_never_recommended():
    history = crowd(("quill", "bought", 120), ("ink", "bought", 60), ("quill", "bought", 30))
    recommender = fitted([*history, *POPULAR_PAPER, ["me", "quill", "bought", 10]])
    assert first(recommender, "me") == "ink"
    assert "quill" not in names(recommender, "me") + names(recommender, "a stranger")


def test_other_categories_are_never_recommended():
    history = [*crowd(("pen", "bought", 120), ("globe", "bought", 60)), *POPULAR_PAPER]
    recommender = fitted(history, categories=("desk",), count=10)
    assert set(names(recommender, "crowd0")) == {"paper", "pen"}


def test_nothing_from_the_as_of_on_is_known():
    future = [[f"f{i}", "globe", "bought", -1] for i in range(500)]
    at_midnight = [[f"m{i}", "globe", "bought", 0] for i in range(500)]
    history = [*PEN_THEN_INK, *POPULAR_PAPER]
    known, leaking = fitted(history), fitted([*history, *future, *at_midnight])
    for customer in ("crowd0", "f0", "m0", "a stranger"):
        assert names(leaking, customer) == names(known, customer)


def test_a_purchase_repeated_in_the_evidence_counts_once():
    history = [*PEN_THEN_INK, *POPULAR_PAPER, ["me", "pen", "bought", 20]]
    once = fitted(history, evidence=events([["me", "pen", "looked", 2]]).iloc[:0])
    twice = fitted(history)
    scores = [each.recommender.learned.transitions.popularity.tolist() for each in (once, twice)]
    assert scores[0] == scores[1]
    assert once.matrix(["me"]).sum() == twice.matrix(["me"]).sum()


def test_before_any_purchase_interest_is_what_is_popular():
    recommender = fitted([["a", "globe", "looked", 3], ["b", "globe", "looked", 3]])
    assert names(recommender, "a stranger") == ["globe"]


def test_a_new_shop_recommends_nothing():
    assert names(fitted([]), "a stranger") == []


def test_equals_come_in_the_order_of_their_ids():
    history = [["a", "pen", "bought", 9], ["b", "ink", "bought", 9], ["c", "globe", "bought", 9]]
    assert names(fitted(history), "a stranger") == ["globe", "ink", "pen"]


def test_the_order_of_the_rows_does_not_matter():
    history = [*PEN_THEN_INK, *POPULAR_PAPER, ["me", "pen", "bought", 20]]
    assert names(fitted(history[::-1]), "me") == names(fitted(history), "me")


def test_lists_have_names_in_the_order_of_the_customers_given():
    history = [*POPULAR_PAPER, ["a", "globe", "looked", 1], *crowd(("globe", "looked", 95))]
    offers = fitted(history, count=1).lists(["z", "a"])
    assert offers[0] == [{"product_id": "paper", "name": "Paper"}]
    assert fitted(history, count=1).lists(["a", "z"]) == offers[::-1]


def test_documents_hold_the_same_lists():
    made = fitted([*PEN_THEN_INK, ["me", "pen", "bought", 20]])
    ids = ["me", "a stranger", "crowd1"]
    documents = made.documents(ids)
    assert [json.loads(document) for document in documents] == made.lists(ids)
    assert documents[0].startswith('[{"product_id":"')


def test_evidence_from_the_lake_weighs_what_evidence_in_memory_weighs():
    random = np.random.default_rng(5)
    kinds = ["bought", "looked", "asked"]
    history = [
        [f"c{customer}", product, kind, days]
        for customer, product, kind, days in zip(
            random.integers(0, 30, 400),
            random.choice(["pen", "paper", "ink", "globe", "quill", "unknown"], 400),
            random.choice(kinds, 400),
            random.integers(1, 900, 400),
            strict=True,
        )
    ]
    made = fitted(history)
    known, layout = made.assortment.known.evidence, made.assortment.layout
    weighted = weighted_evidence(known, age=0, half_life_days=layout.half_life_days)
    ids = list(known.customers)
    expected = weighted.matrix(customers=len(ids), sources=layout.sources.num_rows)
    found = made.matrix([*ids, "a stranger"])
    assert found.nnz == expected.nnz > 200
    np.testing.assert_allclose(found[:-1].toarray(), expected.toarray(), rtol=1e-5)


def test_no_product_to_recommend_is_refused():
    with pytest.raises(BadInputError, match="no active product"):
        fitted(POPULAR_PAPER, categories=("boats",))


def test_times_without_a_zone_are_refused():
    naive = events(POPULAR_PAPER).assign(happened_at=pd.Timestamp("2026-01-01"))
    with pytest.raises(BadInputError, match="time zone"):
        fitted(POPULAR_PAPER, purchases=naive)
    known = {"evidence": events([]), "purchases": events([]), "products": catalogue()}
    with pytest.raises(BadInputError, match="no time zone"):
        assortment(**known, as_of=AS_OF.cutoff.replace(tzinfo=None))
