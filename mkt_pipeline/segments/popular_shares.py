"""The share of each product in what everybody buys."""

import numpy as np

from mkt_pipeline.segments.places import events_of
from mkt_pipeline.segments.purchase_evidence import Evidence, Floats, Integers

HALF_LIFE_DAYS = 180.0


def popular_shares(
    evidence: Evidence, candidates: Integers, *, half_life_days: float = HALF_LIFE_DAYS
) -> Floats:
    """Shares that add up to 1, of shape [candidates]; a purchase halves every ``half_life_days``.

    By interest where nothing was bought, 0 where there is none.
    """
    bought = events_of(candidates, evidence.purchases, products=len(evidence.products))
    if not len(bought.age):
        bought = events_of(candidates, evidence.others, products=len(evidence.products))
    weight = 0.5 ** (bought.age / half_life_days)
    sums = np.bincount(bought.product, weight, minlength=len(candidates))
    return np.asarray(sums / max(sums.sum(), np.finfo(np.float64).tiny))
