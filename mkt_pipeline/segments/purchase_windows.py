"""Past windows: what was known at the beginning of each, and what was bought in it."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from mkt_pipeline.segments.evidence_matrix import Weighted, weighted_evidence
from mkt_pipeline.segments.places import events_of, places
from mkt_pipeline.segments.popular_shares import popular_shares
from mkt_pipeline.segments.purchase_evidence import Events, Evidence, Floats, Integers

WINDOW_DAYS = 90.0
WINDOWS = 6
"""A year and a half: long enough for every season, short enough for today's range."""


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
    bought = events_of(candidates, evidence.purchases, products=len(evidence.products))
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
        popularity=popular_shares(evidence, candidates) * rate,
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


def _bought(events: Events, shape: tuple[int, int]) -> sparse.csr_matrix:
    """1 where a buyer (row) bought a candidate (column), however often."""
    ones = np.ones(len(events.customer), dtype=np.float32)
    cells = (ones, (events.customer, events.product))
    bought = sparse.coo_matrix(cells, shape=shape).tocsr()
    bought.data[:] = 1
    return bought
