"""What each way to recommend would have offered before a window, and what was bought in it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from scipy import sparse

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.chosen_method import ChosenMethod
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.errors import NothingToDoError
from mkt_pipeline.features.buyers import bought_later
from mkt_pipeline.lake.session import Session
from mkt_pipeline.modelling.recommender_gate import COVERAGE
from mkt_pipeline.modelling.resampled_figures import Figure, mean_of, resample_figures
from mkt_pipeline.modelling.resampling import Resampled, Values
from mkt_pipeline.segments.assortment import Assortment
from mkt_pipeline.segments.list_measures import coverage, measures
from mkt_pipeline.segments.purchase_evidence import Integers
from mkt_pipeline.steps.customer_sample import sampled
from mkt_pipeline.steps.purchase_history import PurchaseHistory
from mkt_pipeline.steps.recommend import learned

JUDGED = 20_000
"""Buyers at most that lists are judged on: an interval is then narrower than a percent."""

SALT = "judged"
"""So that those who are judged are not those who were learned from, where there are many."""


@dataclass(frozen=True)
class JudgedWindow:
    """The window after ``as_of``.

    ``bought`` (customers by candidates) has 1 for each purchase in it, ``lists`` by the label of
    each method what it would have offered, of shape [customers, count], and ``seconds`` how long
    processors worked on that for all of them, without learning: others work beside a training.
    """

    as_of: AsOf
    closes: AsOf
    bought: sparse.csr_matrix
    lists: Mapping[str, Integers]
    seconds: Mapping[str, float]

    @property
    def customers(self) -> int:
        """How many are judged: every one of them bought something."""
        return int(self.bought.shape[0])

    @property
    def line(self) -> str:
        """The window in words."""
        return (
            f"{self.as_of} to {self.closes}: {self.customers:,} customers bought"
            f" {self.bought.nnz:,} of {self.bought.shape[1]:,} products"
        )

    def resampled(self, *, seed: int) -> Resampled:
        """Every measure of every method on draws of the customers, the same for all."""
        figures: dict[tuple[str, str], Figure] = {}
        for label, lists in self.lists.items():
            for measure, values in measures(lists, self.bought).items():
                figures[label, measure] = mean_of(values)
            figures[label, COVERAGE] = partial(_coverage, lists, self.bought.shape[1])
        return resample_figures(figures, customers=self.customers, seed=seed)


def judged_window(
    session: Session,
    timelines: Mapping[str, ir.Table],
    use_case: UseCase,
    *,
    as_of: AsOf,
    known: AsOf,
    methods: Sequence[ChosenMethod],
) -> JudgedWindow:
    """Learn by each method from what was known before ``as_of``, and hold it against what was
    bought in the window after it, as known at ``known``.

    Judged are customers who were scored then and bought what could be recommended then, 20,000 of
    them at most. With a window in which nobody did there is nothing to do.
    """
    history = PurchaseHistory.read(session, timelines, as_of)
    offer = history.assortment(use_case)
    later = bought_later(timelines, use_case=use_case, as_of=as_of, known=known)
    pairs = _of_candidates(session, session.materialise(later), offer)
    buyers = session.materialise(pairs.select("customer_id").distinct())
    numbered = _numbered(session, sampled(buyers, JUDGED, salt=SALT))
    bought = _matrix(session, pairs, numbered, candidates=len(offer.products))
    if not bought.shape[0]:
        raise NothingToDoError(
            f"nobody bought, from {as_of} on, what could be recommended to them as of {as_of}",
            remedy="compare as of a later day, or correct recommend.categories of the use case",
        )
    evidence = history.evidence(offer.layout, numbered).take(bought.shape[0])
    lists, seconds = {}, {}
    for method in methods:
        made = learned(offer, use_case, method)
        began = time.process_time()
        lists[method.label] = made.numbers(evidence)
        seconds[method.label] = time.process_time() - began
    closes = as_of.shifted(use_case.gap_days + use_case.horizon_days)
    return JudgedWindow(as_of, closes, bought, lists, seconds)


def _of_candidates(session: Session, later: ir.Table, offer: Assortment) -> ir.Table:
    """Purchases of what could be recommended, with the ``candidate`` number."""
    products = offer.products.field("product_id")
    table = pa.table({"product_id": products, "candidate": np.arange(len(products))})
    joined = later.inner_join(session.register(table), "product_id")
    return session.materialise(joined.select("customer_id", "candidate"))


def _numbered(session: Session, customers: ir.Table) -> ir.Table:
    by_id = ibis.row_number().over(order_by=customers.customer_id)
    return session.materialise(customers.select("customer_id", number=by_id))


def _matrix(
    session: Session, pairs: ir.Table, numbered: ir.Table, *, candidates: int
) -> sparse.csr_matrix:
    customers = int(numbered.count().to_pyarrow().as_py())
    cells = pairs.inner_join(numbered, "customer_id").select("number", "candidate")
    read = session.stream(cells).read_all()
    row, column = (read[name].to_numpy() for name in ("number", "candidate"))
    ones = np.ones(len(row), dtype=np.float32)
    return sparse.coo_matrix((ones, (row, column)), shape=(customers, candidates)).tocsr()


def _coverage(lists: Integers, candidates: int, weight: Values) -> float:
    return coverage(lists, candidates=candidates, weight=weight)
