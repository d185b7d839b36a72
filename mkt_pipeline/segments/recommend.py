"""The products to recommend to each customer: the best of a method, of those that make sense."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from mkt_pipeline.contracts.compact_json import compact
from mkt_pipeline.segments.assortment import Assortment
from mkt_pipeline.segments.item_to_item import ITEM_TO_ITEM
from mkt_pipeline.segments.method import Learned, Method, Scores, Settings
from mkt_pipeline.segments.purchase_evidence import Integers

_SCORES_AT_ONCE = 16_000_000
"""Customers times candidates in one batch: 64 MB of float32, whatever the range."""


@dataclass(frozen=True)
class Recommender:
    """Lists of up to ``count`` products out of what ``learned`` gives scores to.

    ``products`` (structs) are the candidates by number, ``candidates`` the sources of evidence
    that are their purchases. What a customer has bought is recommended again only where goods are
    ``repeatable``.
    """

    learned: Learned
    products: pa.StructArray
    candidates: Integers
    count: int
    repeatable: bool = True

    def lists(self, evidence: sparse.csr_matrix) -> pa.ChunkedArray:
        """For each row of ``evidence`` (customers by sources) a list of structs of product_id and
        name, best first.

        Customers without evidence get what is popular. A list is shorter than ``count`` only
        where fewer products have ever been bought by anybody, or where nothing is left of them
        that the customer does not have.
        """
        return self._lists_of(evidence, self.products)

    def documents(self, evidence: sparse.csr_matrix) -> pa.ChunkedArray:
        """The ``lists``, each as one JSON document."""
        lists = self._lists_of(evidence, self._documents)
        return pc.binary_join_element_wise("[", pc.binary_join(lists, ","), "]", "")

    def numbers(self, evidence: sparse.csr_matrix) -> Integers:
        """The ``lists`` as numbers of candidates, of shape [customers, count], -1 for no more."""
        count = min(self.count, len(self.products))
        found = np.full((evidence.shape[0], self.count), -1, dtype=np.int64)
        for start in range(0, evidence.shape[0], self._at_once):
            rows = slice(start, start + self._at_once)
            found[rows, :count] = _best(self._scores(evidence[rows]), count)
        return found

    @property
    def _at_once(self) -> int:
        return max(1, _SCORES_AT_ONCE // max(1, len(self.products)))

    @cached_property
    def _documents(self) -> pa.StringArray:
        return pa.array([compact(one) for one in self.products.to_pylist()], pa.string())

    def _lists_of(self, evidence: sparse.csr_matrix, products: pa.Array) -> pa.ChunkedArray:
        best = self.numbers(evidence)
        offered = best >= 0
        offsets = np.concatenate([[0], offered.sum(axis=1).cumsum()])
        chosen = products.take(pa.array(best[offered]))
        return pa.chunked_array(
            [pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), chosen)],
            pa.list_(products.type),
        )

    def _scores(self, evidence: sparse.csr_matrix) -> Scores:
        scores = self.learned.scores(evidence)
        if not self.repeatable:
            has = evidence[:, self.candidates].tocoo()
            scores[has.row, has.col] = -np.inf
        return scores


def recommender(
    offer: Assortment,
    *,
    method: Method = ITEM_TO_ITEM,
    settings: Settings | None = None,
    count: int = 3,
    repeatable: bool = True,
) -> Recommender:
    """What ``method`` learns from all that is known; its usual settings where none are given."""
    learned = method.learn(offer.known, method.options[0] if settings is None else settings)
    return Recommender(learned, offer.products, offer.known.candidates, count, repeatable)


def _best(scores: Scores, count: int) -> Integers:
    """The numbers of the ``count`` highest scores of each row, best first, the smaller number
    among equals; -1 in place of those that are not above zero. ``scores`` is used up.

    A few passes for the maximum take a tenth of the time of a partial sort.
    """
    best = np.empty((len(scores), count), dtype=np.int64)
    rows = np.arange(len(scores))
    for place in range(count):
        chosen = scores.argmax(axis=1)
        best[:, place] = np.where(scores[rows, chosen] > 0, chosen, -1)
        scores[rows, chosen] = -np.inf
    return best
