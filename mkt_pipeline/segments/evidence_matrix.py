"""Evidence as a sparse matrix of customers by what speaks for a product, as of one moment."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from mkt_pipeline.segments.purchase_evidence import Events, Evidence, Floats, Integers

OTHER_HALF_LIFE_DAYS = 90.0
"""Looking at something is forgotten sooner than owning it."""

_SHORTEST_HALF_LIFE_DAYS, _LONGEST_HALF_LIFE_DAYS = 180.0, 1460.0
"""Below, a season would be forgotten; above, an age would not matter any more."""


@dataclass(frozen=True)
class Weighted:
    """Entries of the matrix: ``source`` is kind * products + product, ``weight`` above 0."""

    customer: Integers
    source: Integers
    weight: Floats

    def matrix(self, *, customers: int, sources: int) -> sparse.csr_matrix:
        """Customers by sources, float32, entries of the same cell added."""
        weight = self.weight.astype(np.float32)
        cells = (weight, (self.customer, self.source))
        return sparse.coo_matrix(cells, shape=(customers, sources)).tocsr()

    def where(self, kept: npt.NDArray[np.bool_]) -> "Weighted":
        """Only the entries at which ``kept`` is true."""
        return Weighted(self.customer[kept], self.source[kept], self.weight[kept])


def weighted_evidence(evidence: Evidence, *, age: float, half_life_days: float) -> Weighted:
    """The evidence that was known ``age`` days before the as-of, halved per half-life.

    Interest that had ended in a purchase by then is left out. Purchases decay with
    ``half_life_days``, everything else with 90 days.
    """
    bought = evidence.purchases.age > age
    looked = (evidence.others.age > age) & ~(evidence.settled > age)
    purchases, others = evidence.purchases.where(bought), evidence.others.where(looked)
    source = evidence.kind[looked] * len(evidence.products) + others.product
    return Weighted(
        np.concatenate([purchases.customer, others.customer]),
        np.concatenate([purchases.product, source]),
        np.concatenate(
            [
                0.5 ** ((purchases.age - age) / half_life_days),
                0.5 ** ((others.age - age) / OTHER_HALF_LIFE_DAYS),
            ]
        ),
    )


def purchase_half_life(purchases: Events) -> float:
    """The median number of days between two days on which a customer bought, from 180 to 1460.

    A purchase is forgotten by half when the next one is usually due, so that a car bought four
    years ago still speaks, and tea bought four years ago does not. 180 where nobody came back.
    """
    days = pd.DataFrame({"customer": purchases.customer, "day": np.floor(purchases.age)})
    days = days.drop_duplicates().sort_values(["customer", "day"])
    gaps = days.groupby("customer")["day"].diff().dropna()
    median = float(gaps.median()) if len(gaps) else _SHORTEST_HALF_LIFE_DAYS
    return float(np.clip(median, _SHORTEST_HALF_LIFE_DAYS, _LONGEST_HALF_LIFE_DAYS))
