"""Past windows: what was known at the beginning of each, and what was bought in it."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from mkt_pipeline.segments.evidence_matrix import Weighted, weighted_evidence
from mkt_pipeline.segments.purchase_evidence import Events, Evidence, Floats, Integers

WINDOW_DAYS = 90.0
WINDOWS = 6
"""A year and a half: long enough for every season, short enough for today's range."""

_POPULARITY_HALF_LIFE_DAYS = 180.0


@dataclass(frozen=True)
class Windows:
    """The windows below each other, one row per window and customer who came back to buy in it.

    ``before`` (rows by sources) is the evidence at the beginning of the window, ``after`` (rows by
    candidates) has 1 for what was bought in it. ``mass`` is the evidence of each source over all
    customers, buyers or not. ``popularity`` is the share of the customers with any evidence who
    buy each candidate within a window, recent purchases counting more.
    """

    before: sparse.csc_matrix
    after: sparse.csr_matrix
    mass: Floats
    popularity: Floats


@dataclass(frozen=True)
class _Window:
    before: sparse.csr_matrix
    after: sparse.csr_matrix
    mass: Floats
    customers: int


def stacked_windows(evidence: Evidence, *, candidates: Integers, half_life_days: float) -> Windows:
    """Cut the last six windows of 90 days out of the evidence."""
    bought = _among(candidates, evidence.purchases, products=len(evidence.products))
    windows = []
    for start in WINDOW_DAYS * np.arange(1, WINDOWS + 1):
        known = weighted_evidence(evidence, age=start, half_life_days=half_life_days)
        inside = bought.where((bought.age <= start) & (bought.age > start - WINDOW_DAYS))
        windows.append(_window(evidence, known, inside, candidates=len(candidates)))
    after = sparse.vstack([window.after for window in windows], format="csr")
    # With nothing to count, any rate will do: it then scales every score alike.
    rate = max(after.sum(), 1) / max(sum(window.customers for window in windows), 1)
    return Windows(
        before=sparse.vstack([window.before for window in windows], format="csc"),
        after=after,
        mass=np.sum([window.mass for window in windows], axis=0),
        popularity=_popularity(bought, evidence, candidates) * rate,
    )


def _window(evidence: Evidence, known: Weighted, inside: Events, *, candidates: int) -> _Window:
    """One window, of those who bought ``inside`` it and of whom something was ``known``."""
    customers, sources = len(evidence.customers), len(evidence.kinds) * len(evidence.products)
    # The numbers are dense, so marking them is far quicker than hashing or sorting.
    present = np.bincount(known.customer, minlength=customers) > 0
    buys = np.bincount(inside.customer, minlength=customers) > 0
    row = places(np.flatnonzero(present & buys), among=customers)
    rows = int((present & buys).sum())
    led = replace(known, customer=row[known.customer]).where(row[known.customer] >= 0)
    bought = replace(inside, customer=row[inside.customer]).where(row[inside.customer] >= 0)
    return _Window(
        before=led.matrix(customers=rows, sources=sources),
        after=_bought(bought, (rows, candidates)),
        mass=np.asarray(np.bincount(known.source, known.weight, minlength=sources), np.float64),
        customers=int(present.sum()),
    )


def places(chosen: Integers, *, among: int) -> Integers:
    """For each of so many numbers its place in ``chosen``, -1 where it is not there."""
    found = np.full(among, -1, dtype=np.int64)
    found[chosen] = np.arange(len(chosen))
    return found


def _among(candidates: Integers, events: Events, *, products: int) -> Events:
    """The events of candidates, with their places for product numbers."""
    place = places(candidates, among=products)[events.product]
    return replace(events, product=place).where(place >= 0)


def _bought(events: Events, shape: tuple[int, int]) -> sparse.csr_matrix:
    """1 where a buyer (row) bought a candidate (column), however often."""
    ones = np.ones(len(events.customer), dtype=np.float32)
    cells = (ones, (events.customer, events.product))
    bought = sparse.coo_matrix(cells, shape=shape).tocsr()
    bought.data[:] = 1
    return bought


def _popularity(bought: Events, evidence: Evidence, candidates: Integers) -> Floats:
    """Shares that add up to 1; by interest where nothing was bought, 0 where there is none."""
    if not len(bought.age):
        bought = _among(candidates, evidence.others, products=len(evidence.products))
    weight = 0.5 ** (bought.age / _POPULARITY_HALF_LIFE_DAYS)
    sums = np.bincount(bought.product, weight, minlength=len(candidates))
    return np.asarray(sums / max(sums.sum(), np.finfo(np.float64).tiny))
