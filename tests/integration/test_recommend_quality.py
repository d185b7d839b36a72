"""The recommendations are held against popularity on a later window that they did not see.

Run with ``-s`` to see the figures.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from offers import Shop, shop

from mkt_pipeline.contracts.as_of import AsOf

STRANGER = "nobody has this id"
"""Who is recommended what is popular."""


@dataclass(frozen=True)
class Quality:
    """Of the buyers in the window: the share with a hit among three, and the mean share of what
    they bought (of three at most) that was among the three.
    """

    hit_rate: float
    recall: float


def quality(offers: list[list[str]], bought: pd.Series) -> Quality:
    hits = np.array(
        [len(set(offer) & basket) for offer, basket in zip(offers, bought, strict=True)]
    )
    possible = np.minimum(bought.map(len).to_numpy(), 3)
    return Quality(float((hits > 0).mean()), float((hits / possible).mean()))


def compared(recommender: Shop, later: pd.DataFrame) -> tuple[Quality, Quality]:
    """The recommender and popularity, on who bought what ``later``."""
    bought = later.groupby("customer_id")["product_id"].agg(set)
    ids = [*bought.index, STRANGER]
    offers = [
        [product["product_id"] for product in products] for products in recommender.lists(ids)
    ]
    return quality(offers[:-1], bought), quality([offers[-1]] * len(bought), bought)


def split(events: pd.DataFrame, as_of: datetime) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What happened before, and in the ninety days from ``as_of`` on."""
    later = (events["happened_at"] >= as_of) & (events["happened_at"] < as_of + timedelta(days=90))
    return events[events["happened_at"] < as_of], events[later]


def upgraders(*, customers: int, models: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Purchases and visits of people who buy a durable good every two to four years.

    Half of the time they take the next greater model, otherwise any, and four in five visit the
    model they are about to buy, and one they will not.
    """
    rng = np.random.default_rng(seed)
    day = rng.uniform(0, 1400, customers)
    model = rng.integers(0, models, customers)
    purchases, visits = [], []
    for _ in range(4):
        purchases.append(events(np.arange(customers), model, day))
        other = rng.integers(0, models, customers)
        for looked in (model, other):
            came = rng.random(customers) < 0.8
            before = day - rng.uniform(5, 80, customers)
            visits.append(events(np.flatnonzero(came), looked[came], before[came]))
        steps = rng.random(customers) < 0.5
        model = np.where(steps, (model + 1) % models, rng.integers(0, models, customers))
        day = day + rng.uniform(700, 1400, customers)
    return pd.concat(purchases), pd.concat(visits).assign(kind="visit")


def events(customer: np.ndarray, product: np.ndarray, day: np.ndarray) -> pd.DataFrame:
    start = pd.Timestamp("2020-01-01", tz="UTC")
    return pd.DataFrame(
        {
            "customer_id": [f"c{number}" for number in customer],
            "product_id": [f"m{number:02}" for number in product],
            "happened_at": start + pd.to_timedelta(day, unit="D"),
        }
    )


def test_durable_goods_beat_popularity():
    purchases, visits = upgraders(customers=4000, models=20, seed=3)
    as_of = AsOf(date(2026, 1, 1))
    before, later = split(purchases, as_of.cutoff)
    ids = sorted(purchases["product_id"].unique())
    products = pd.DataFrame({"product_id": ids, "name": ids, "category": "m", "is_active": True})
    recommender = shop(
        evidence=split(visits, as_of.cutoff)[0], purchases=before, products=products, as_of=as_of
    )
    ours, popularity = compared(recommender, later)
    print(f"\nrecommender {ours}, popularity {popularity}")
    assert len(later) > 200
    assert ours.hit_rate > 2.5 * popularity.hit_rate
    assert ours.recall > 2.5 * popularity.recall


@pytest.fixture(scope="module")
def retail(shared_data: Path) -> pd.DataFrame:
    """Purchases of real products by known customers, one row per invoice line."""
    lines = pd.read_parquet(shared_data / "online_retail" / "online_retail_II.parquet")
    code = lines["StockCode"].astype(str).str.upper()
    real = lines["Customer ID"].notna() & (lines["Quantity"] > 0) & (lines["Price"] > 0)
    real &= code.str.match(r"\d{5}") & ~lines["Invoice"].astype(str).str.startswith("C")
    return pd.DataFrame(
        {
            "customer_id": lines["Customer ID"][real].astype(int).astype(str),
            "product_id": code[real],
            "name": lines["Description"][real],
            "happened_at": lines["InvoiceDate"][real].dt.tz_localize("UTC"),
        }
    )


def test_a_real_wholesaler_beats_popularity(retail: pd.DataFrame):
    as_of = AsOf(date(2011, 9, 9))
    before, later = split(retail, as_of.cutoff)
    products = before.groupby("product_id", as_index=False)["name"].last()
    recommender = shop(
        evidence=before.assign(kind="confirmed"),
        purchases=before,
        products=products.assign(category="gift", is_active=True),
        as_of=as_of,
    )
    ours, popularity = compared(recommender, later)
    print(f"\nrecommender {ours}, popularity {popularity}")
    assert ours.hit_rate > 0.53
    assert ours.hit_rate > 1.6 * popularity.hit_rate
    assert ours.recall > 2.3 * popularity.recall
