"""Worlds in which it is known how customers choose, and how well each method does there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from offers import Shop
from scipy import sparse

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.modelling.recommender_gate import COVERAGE, simplest_not_beaten
from mkt_pipeline.modelling.resampled_figures import mean_of, resample_figures
from mkt_pipeline.modelling.resampling import Resampled
from mkt_pipeline.segments.assortment import assortment
from mkt_pipeline.segments.list_measures import coverage, measures
from mkt_pipeline.segments.methods import METHODS
from mkt_pipeline.segments.recommend import recommender

AS_OF = AsOf(date(2026, 11, 16))


@dataclass(frozen=True)
class World:
    """Events with customer, product, kind (``bought`` or any other) and days before the as-of;
    ``later`` has who bought what after it.
    """

    events: pd.DataFrame
    later: pd.DataFrame
    products: Sequence[str]

    def judged(
        self, *, repeatable: bool = True, at_once: int | None = None
    ) -> tuple[Resampled, dict[str, np.ndarray]]:
        """Every method with its usual settings, and its lists, made for so many at once."""
        frame = self.events.rename(columns={"customer": "customer_id", "product": "product_id"})
        times = [AS_OF.cutoff - timedelta(days=float(days)) for days in frame["days"]]
        frame["happened_at"] = pd.to_datetime(pd.Series(times, index=frame.index), utc=True)
        purchases = frame[frame["kind"] == "bought"]
        others = frame[frame["kind"] != "bought"]
        ids = sorted(self.products)
        catalogue = pd.DataFrame(
            {"product_id": ids, "name": ids, "category": "c", "is_active": True}
        )
        offer = assortment(
            evidence=others, purchases=purchases, products=catalogue, as_of=AS_OF.cutoff
        )
        customers = sorted(self.later["customer"].unique())
        made = recommender(offer, repeatable=repeatable)
        evidence = Shop(made, offer, others, purchases, AS_OF).matrix(customers)
        bought = self._bought(customers, ids)
        lists, figures = {}, {}
        for method in METHODS:
            made = recommender(offer, method=method, repeatable=repeatable)
            size = at_once or len(customers)
            parts = range(0, len(customers), size)
            found = np.concatenate([made.numbers(evidence[n : n + size]) for n in parts])
            lists[method.name] = found
            for name, values in measures(found, bought).items():
                figures[method.name, name] = mean_of(values)
            figures[method.name, COVERAGE] = lambda weight, found=found: coverage(
                found, candidates=len(ids), weight=weight
            )
        return resample_figures(figures, customers=len(customers), seed=7), lists

    def chosen(self, **given: bool) -> str:
        """The method that would be used."""
        drawn, _ = self.judged(**given)
        names = [method.name for method in METHODS]
        return simplest_not_beaten(drawn, names, probability=0.95)

    def _bought(self, customers: list[str], ids: list[str]) -> sparse.csr_matrix:
        row = pd.Index(customers).get_indexer(self.later["customer"])
        column = pd.Index(ids).get_indexer(self.later["product"])
        cells = (np.ones(len(row), dtype=np.float32), (row, column))
        found = sparse.coo_matrix(cells, shape=(len(customers), len(ids))).tocsr()
        found.data[:] = 1
        return found


def events(rows: list[tuple[str, str, str, float]]) -> pd.DataFrame:
    """Rows of customer, product, kind and days before the as-of."""
    return pd.DataFrame(rows, columns=["customer", "product", "kind", "days"])


def later(rows: list[tuple[str, str]]) -> pd.DataFrame:
    """Rows of customer and product, bought after the as-of."""
    return pd.DataFrame(rows, columns=["customer", "product"])
