"""What customers went on to buy, item by item, held against what everybody bought."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from mkt_pipeline.segments.method import Known
from mkt_pipeline.segments.places import places
from mkt_pipeline.segments.purchase_evidence import Floats, Integers
from mkt_pipeline.segments.purchase_windows import Windows

Block = npt.NDArray[np.float32]

_PRIOR = 20.0
"""So many units of evidence are assumed to have led to what everybody bought: a source that was
seen less often than that says little.
"""

_KEPT_PER_SOURCE = 100
"""Weaker transitions change no recommendation but would fill the memory."""

_SOURCES_AT_ONCE = 2048


@dataclass(frozen=True)
class Transitions:
    """Sources by candidates, both in units of purchases per window and unit of evidence above
    ``popularity``: ``own`` from a product to itself, ``cross`` from a product to others.

    ``popularity`` (one per candidate) is how many customers in a window buy it.
    """

    own: sparse.csr_matrix
    cross: sparse.csr_matrix
    popularity: Floats


def learn_transitions(known: Known) -> Transitions:
    """Count transitions over the last windows and shrink them towards popularity.

    For source s and candidate j, with a_sj the evidence of s that was followed by j, n_s all
    evidence of s, q_j the popularity: (a_sj + k q_j) / (n_s + k) - q_j with k = 20, which is
    (a_sj - n_s q_j) / (n_s + k). Below zero it says "not this, or not again so soon". Of the
    cross transitions of a source only the 100 farthest from zero are kept.
    """
    windows, evidence = known.windows, known.evidence
    place = places(known.candidates, among=len(evidence.products))
    own_columns = np.tile(place, len(evidence.kinds))
    shrunk = [
        _shrunk(windows, slice(start, start + _SOURCES_AT_ONCE), own_columns)
        for start in range(0, len(own_columns), _SOURCES_AT_ONCE)
    ]
    return Transitions(
        own=sparse.vstack([own for own, _ in shrunk], format="csr"),
        cross=sparse.vstack([cross for _, cross in shrunk], format="csr"),
        popularity=windows.popularity,
    )


def _shrunk(
    windows: Windows, sources: slice, own_columns: Integers
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Own and cross transitions of a block of sources, each block by candidates."""
    followed = (windows.before[:, sources].T @ windows.after).toarray().astype(np.float32)
    mass = windows.mass[sources].astype(np.float32)[:, None]
    excess = (followed - mass * windows.popularity.astype(np.float32)) / (mass + _PRIOR)
    rows = np.flatnonzero(own_columns[sources] >= 0)
    columns = own_columns[sources][rows]
    own = sparse.csr_matrix((excess[rows, columns], (rows, columns)), shape=excess.shape)
    excess[rows, columns] = 0
    return own, _strongest(excess)


def _strongest(excess: Block) -> sparse.csr_matrix:
    """Only the entries of each row that are farthest from zero."""
    beyond = excess.shape[1] - _KEPT_PER_SOURCE
    if beyond > 0:
        weakest = np.argpartition(np.abs(excess), beyond, axis=1)[:, :beyond]
        np.put_along_axis(excess, weakest, 0, axis=1)
    return sparse.csr_matrix(excess)
