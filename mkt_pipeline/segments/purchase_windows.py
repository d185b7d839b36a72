"""Past windows: what was known at the beginning of each, and what was bought in it."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from mkt_pipeline.segments.evidence_matrix import weighted_evidence
from mkt_pipeline.segments.purchase_evidence import Events, Evidence, Floats, Integers

WINDOW_DAYS = 90.0
WINDOWS = 6
"""A year and a half: long enough for every season, short enough for today's range."""

_POPULARITY_HALF_LIFE_DAYS = 180.0


@dataclass(frozen=True)
class Windows:
    """The windows below each other, one row per window and customer who bought in it.

    ``before`` (rows by sources) is the evidence at the beginning of the window, ``after`` (rows by
    candidates) has 1 for what was bought in it. ``mass`` is the evidence of each source over all
    customers, buyers or not. ``popularity`` is the share of the customers with any evidence
    who buy each candidate within a window, recent purchases counting more.
    """

    before: sparse.csc_matrix
    after: sparse.csr_matrix
    mass: Floats
    popularity: Floats


def stacked_windows(evidence: Evidence, *, candidates: Integers, half_life_days: float) -> Windows:
    """Cut the last six windows of 90 days out of the evidence."""
    bought = _among(candidates, evidence.purchases, products=len(evidence.products))
    sources = len(evidence.kinds) * len(evidence.products)
    before, after, mass, present = [], [], np.zeros(sources), 0
    for start in WINDOW_DAYS * np.arange(1, WINDOWS + 1):
        known = weighted_evidence(evidence, age=start, half_life_days=half_life_days)
        inside = bought.where((bought.age <= start) & (bought.age > start - WINDOW_DAYS))
        buyers = _distinct(inside.customer, customers=len(evidence.customers))
        row = places(buyers, among=len(evidence.customers))
        led = replace(known, customer=row[known.customer]).where(row[known.customer] >= 0)
        before.append(led.matrix(customers=len(buyers), sources=sources))
        after.append(_bought(row[inside.customer], inside.product, (len(buyers), len(candidates))))
        mass += np.bincount(known.source, known.weight, minlength=sources)
        present += len(_distinct(known.customer, customers=len(evidence.customers)))
    followed = sparse.vstack(after, format="csr")
    rate = max(followed.sum(), 1) / max(present, 1)
    return Windows(
        before=sparse.vstack(before, format="csc"),
        after=followed,
        mass=mass,
        popularity=_popularity(bought, evidence, candidates) * rate,
    )


def places(chosen: Integers, *, among: int) -> Integers:
    """For each of so many numbers its place in ``chosen``, -1 where it is not there."""
    found = np.full(among, -1, dtype=np.int64)
    found[chosen] = np.arange(len(chosen))
    return found


def _distinct(customer: Integers, *, customers: int) -> Integers:
    # The numbers are dense, so marking them is far quicker than hashing or sorting.
    return np.flatnonzero(np.bincount(customer, minlength=customers))


def _among(candidates: Integers, events: Events, *, products: int) -> Events:
    """The events of candidates, with their places for product numbers."""
    place = places(candidates, among=products)[events.product]
    return replace(events, product=place).where(place >= 0)


def _bought(row: Integers, column: Integers, shape: tuple[int, int]) -> sparse.csr_matrix:
    """1 where a buyer bought a candidate, however often."""
    ones = np.ones(len(row), dtype=np.float32)
    bought = sparse.coo_matrix((ones, (row, column)), shape=shape).tocsr()
    bought.data[:] = 1
    return bought


def _popularity(bought: Events, evidence: Evidence, candidates: Integers) -> Floats:
    """Shares that add up to 1; by interest where nothing was bought, 0 where there is none."""
    if not len(bought.age):
        bought = _among(candidates, evidence.others, products=len(evidence.products))
    weight = 0.5 ** (bought.age / _POPULARITY_HALF_LIFE_DAYS)
    sums = np.bincount(bought.product, weight, minlength=len(candidates))
    return np.asarray(sums / max(sums.sum(), np.finfo(np.float64).tiny))
