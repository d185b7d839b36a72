"""The products to recommend to each customer: what customers like this one went on to buy."""

from collections.abc import Iterator, Sequence
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
from mkt_pipeline.segments.evidence_matrix import purchase_half_life, weighted_evidence
from mkt_pipeline.segments.purchase_evidence import Integers, encode
from mkt_pipeline.segments.transitions import Transitions, learn_transitions

Scores = npt.NDArray[np.float32]

_SCORES_AT_ONCE = 16_000_000
"""Customers times candidates in one batch: 64 MB of float32, whatever the range."""

_PRIOR = 1.0
"""One fresh piece of evidence weighs as much as what everybody buys."""


@dataclass(frozen=True)
class Recommender:
    """Ready to recommend as of one moment; ``products`` (structs) are the candidates by number."""

    customers: pd.Index
    evidence: sparse.csr_matrix
    transitions: Transitions
    products: pa.StructArray
    count: int

    def recommend(self, customer_ids: Sequence[str] | pd.Series) -> pd.DataFrame:
        """The same as ``recommend_table``, with a Python list of dicts per customer."""
        table = self.recommend_table(customer_ids)
        return pd.DataFrame({name: table[name].to_pylist() for name in table.column_names})

    def recommend_table(self, customer_ids: Sequence[str] | pd.Series) -> pa.Table:
        """customer_id and recommended_products (lists of structs of product_id and name), best
        first, one row per id in the order given.

        Customers without evidence get what is popular. A list is shorter than ``count`` only
        where fewer products have ever been bought by anybody.
        """
        ids = pa.array(customer_ids, pa.string())
        lists = self._lists_of(ids, self.products)
        return pa.table({"customer_id": ids, "recommended_products": lists})

    def recommend_documents(self, customer_ids: Sequence[str] | pd.Series) -> pa.ChunkedArray:
        """The lists of ``recommend_table``, each as one JSON document."""
        lists = self._lists_of(pa.array(customer_ids, pa.string()), self._documents)
        return pc.binary_join_element_wise("[", pc.binary_join(lists, ","), "]", "")

    @cached_property
    def _documents(self) -> pa.StringArray:
        return pa.array([compact(one) for one in self.products.to_pylist()], pa.string())

    def _lists_of(self, ids: pa.StringArray, products: pa.Array) -> pa.ChunkedArray:
        rows = self.customers.get_indexer(pd.Index(ids.to_pandas()))
        batches = [self._lists(batch, products) for batch in self._batches(rows)]
        return pa.chunked_array(batches, pa.list_(products.type))

    def _batches(self, rows: Integers) -> Iterator[Integers]:
        size = max(1, _SCORES_AT_ONCE // max(1, len(self.products)))
        return (rows[start : start + size] for start in range(0, len(rows), size))

    def _lists(self, rows: Integers, products: pa.Array) -> pa.ListArray:
        best = np.empty((len(rows), min(self.count, len(self.products))), dtype=np.int64)
        known = rows >= 0
        best[~known] = _best(self._popularity[None, :].copy(), best.shape[1])
        best[known] = _best(self._scores(rows[known]), best.shape[1])
        offered = best >= 0
        offsets = np.concatenate([[0], offered.sum(axis=1).cumsum()])
        chosen = products.take(pa.array(best[offered]))
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), chosen)

    def _scores(self, rows: Integers) -> Scores:
        """popularity + evidence · own + evidence · cross / (sum of evidence + 1), each row a
        customer: a product's own evidence adds up, that of the others is averaged.
        """
        evidence = self.evidence[rows]
        share = 1 / (np.asarray(evidence.sum(axis=1)).ravel() + _PRIOR)
        cross = sparse.diags(share.astype(np.float32)) @ (evidence @ self.transitions.cross)
        scores = (cross + evidence @ self.transitions.own).toarray()
        scores += self._popularity
        return np.asarray(scores, dtype=np.float32)

    @property
    def _popularity(self) -> Scores:
        return self.transitions.popularity.astype(np.float32)


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
    weighted = weighted_evidence(known, age=0, half_life_days=half_life)
    sources = len(known.kinds) * len(catalogue)
    return Recommender(
        customers=known.customers,
        evidence=weighted.matrix(customers=len(known.customers), sources=sources),
        transitions=learn_transitions(known, candidates=candidates, half_life_days=half_life),
        products=_structs(catalogue.iloc[candidates]),
        count=count,
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
