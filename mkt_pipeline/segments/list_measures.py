"""How good lists of products are, customer by customer, on what they bought afterwards.

Recall and normalised discounted cumulative gain at the length of the lists (Järvelin and
Kekäläinen 2002, "Cumulated gain-based evaluation of IR techniques", each purchase a gain of 1).
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from scipy import sparse

from mkt_pipeline.segments.purchase_evidence import Floats, Integers


def recall(lists: Integers, bought: sparse.csr_matrix) -> Floats:
    """The share of what could be found that was found, of shape [customers].

    ``lists`` has shape [customers, count], candidates best first and -1 where there are no more;
    ``bought`` (customers by candidates) has 1 for each purchase, and every customer has one. A
    list of three can find no more than three of twenty purchases: it is measured by three.
    """
    return np.asarray(_hits(lists, bought).sum(axis=1) / _possible(lists, bought))


def ndcg(lists: Integers, bought: sparse.csr_matrix) -> Floats:
    """The gain 1 / log2(place + 1) of each hit, as a share of the best list's; as ``recall``."""
    gains = 1 / np.log2(np.arange(2, lists.shape[1] + 2))
    best = np.cumsum(gains)[_possible(lists, bought) - 1]
    return np.asarray(_hits(lists, bought) @ gains / best)


MEASURES = MappingProxyType({"ndcg": ndcg, "recall": recall})


def measures(lists: Integers, bought: sparse.csr_matrix) -> Mapping[str, Floats]:
    """Every measure by its name, each of shape [customers]."""
    return {name: measure(lists, bought) for name, measure in MEASURES.items()}


def coverage(lists: Integers, *, candidates: int, weight: Floats) -> float:
    """The share of all candidates that are in a list of a customer of a weight above zero."""
    offered = lists[weight > 0]
    found = np.bincount(offered[offered >= 0], minlength=candidates) > 0
    return float(found.mean())


def _hits(lists: Integers, bought: sparse.csr_matrix) -> npt.NDArray[np.bool_]:
    rows = np.repeat(np.arange(len(lists)), lists.shape[1])
    found = np.asarray(bought[rows, np.maximum(lists, 0).ravel()]).reshape(lists.shape)
    return (found > 0) & (lists >= 0)


def _possible(lists: Integers, bought: sparse.csr_matrix) -> Integers:
    purchases = np.diff(bought.indptr)
    return np.asarray(np.minimum(purchases, lists.shape[1]))
