"""The products to recommend to each customer: what customers like this one went on to buy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from mkt_pipeline.contracts.compact_json import compact
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.segments.evidence_matrix import OTHER_HALF_LIFE_DAYS, purchase_half_life
from mkt_pipeline.segments.purchase_evidence import Integers, encode
from mkt_pipeline.segments.transitions import Transitions, learn_transitions

Scores = npt.NDArray[np.float32]

_SOURCES = pa.schema([("kind", pa.string()), ("product_id", pa.string()), ("source", pa.int64())])

_SCORES_AT_ONCE = 16_000_000
"""Customers times candidates in one batch: 64 MB of float32, whatever the range."""

_PRIOR = 1.0
"""One fresh piece of evidence weighs as much as what everybody buys."""


@dataclass(frozen=True)
class Recommender:
    """Learned as of one moment; ``products`` (structs) are the candidates by number.

    Evidence counts by ``kinds`` and ``product_ids``: source number k * len(product_ids) + p. A
    purchase weighs half after ``half_life_days``, all else after ``other_half_life_days``.
    """

    transitions: Transitions
    products: pa.StructArray
    count: int
    kinds: tuple[str, ...]
    product_ids: tuple[str, ...]
    half_life_days: float
    other_half_life_days: float = OTHER_HALF_LIFE_DAYS

    @property
    def sources(self) -> pa.Table:
        """kind, product_id and source: one row for everything that counts as evidence."""
        kinds, products = len(self.kinds), len(self.product_ids)
        return pa.table(
            {
                "kind": np.repeat(np.array(self.kinds, dtype=object), products),
                "product_id": np.tile(np.array(self.product_ids, dtype=object), kinds),
                "source": np.arange(kinds * products),
            },
            schema=_SOURCES,
        )

    def lists(self, evidence: sparse.csr_matrix) -> pa.ChunkedArray:
        """For each row of ``evidence`` (customers by sources) a list of structs of product_id and
        name, best first.

        Customers without evidence get what is popular. A list is shorter than ``count`` only
        where fewer products have ever been bought by anybody.
        """
        return self._lists_of(evidence, self.products)

    def documents(self, evidence: sparse.csr_matrix) -> pa.ChunkedArray:
        """The ``lists``, each as one JSON document."""
        lists = self._lists_of(evidence, self._documents)
        return pc.binary_join_element_wise("[", pc.binary_join(lists, ","), "]", "")

    @cached_property
    def _documents(self) -> pa.StringArray:
        return pa.array([compact(one) for one in self.products.to_pylist()], pa.string())

    def _lists_of(self, evidence: sparse.csr_matrix, products: pa.Array) -> pa.ChunkedArray:
        size = max(1, _SCORES_AT_ONCE // max(1, len(self.products)))
        starts = range(0, evidence.shape[0], size)
        lists = [self._lists(evidence[start : start + size], products) for start in starts]
        return pa.chunked_array(lists, pa.list_(products.type))

    def _lists(self, evidence: sparse.csr_matrix, products: pa.Array) -> pa.ListArray:
        best = _best(self._scores(evidence), min(self.count, len(self.products)))
        offered = best >= 0
        offsets = np.concatenate([[0], offered.sum(axis=1).cumsum()])
        chosen = products.take(pa.array(best[offered]))
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), chosen)

    def _scores(self, evidence: sparse.csr_matrix) -> Scores:
        """popularity + evidence · own + evidence · cross / (sum of evidence + 1), each row a
        customer: a product's own evidence adds up, that of the others is averaged.
        """
        share = 1 / (np.asarray(evidence.sum(axis=1)).ravel() + _PRIOR)
        cross = sparse.diags(share.astype(np.float32)) @ (evidence @ self.transitions.cross)
        scores = (cross + evidence @ self.transitions.own).toarray()
        scores += self.transitions.popularity.astype(np.float32)
        return np.asarray(scores, dtype=np.float32)


def fit_recommender(
    *,
    evidence: pd.DataFrame,
    purchases: pd.DataFrame,
    products: pd.DataFrame,
    as_of: datetime,
    categories: Sequence[str] = (),
    count: int = 3,
) -> Recommender:
    """Learn from everything before ``as_of`` (aware) what to recommend then.

    ``purchases`` has customer_id, product_id and happened_at (aware); ``evidence`` has kind as
    well and says what else points at a product, such as quotes and interactions; events in it that
    are purchases too count once. ``products`` has product_id, name, category and is_active. Only
    active products of ``categories`` (of all where none is named) are ever recommended, but any
    product of ``products`` counts as evidence. Refused is a use case without any such product.
    """
    catalogue = products.drop_duplicates("product_id").sort_values("product_id")
    candidates = _candidates(catalogue, categories)
    known = encode(
        evidence=evidence,
        purchases=purchases,
        product_ids=pd.Index(catalogue["product_id"]),
        as_of=as_of,
    )
    half_life = purchase_half_life(known.purchases)
    return Recommender(
        transitions=learn_transitions(known, candidates=candidates, half_life_days=half_life),
        products=_structs(catalogue.iloc[candidates]),
        count=count,
        kinds=known.kinds,
        product_ids=tuple(catalogue["product_id"]),
        half_life_days=half_life,
    )


def _candidates(catalogue: pd.DataFrame, categories: Sequence[str]) -> Integers:
    wanted = catalogue["is_active"].to_numpy(dtype=bool)
    if categories:
        wanted = wanted & catalogue["category"].isin(list(categories)).to_numpy()
    if not wanted.any():
        raise BadInputError(
            f"no active product to recommend (categories: {list(categories) or 'all'})",
            remedy="correct recommend.categories of the use case, or is_active of the products",
        )
    return np.flatnonzero(wanted)


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


def _structs(products: pd.DataFrame) -> pa.StructArray:
    columns = [pa.array(products[name], pa.string()) for name in ("product_id", "name")]
    return pa.StructArray.from_arrays(columns, names=["product_id", "name"])
