"""Tastes: what customers knew and then bought, put down to few factors.

A singular value decomposition, PureSVD (Cremonesi, Koren and Turrin 2010, "Performance of
recommender algorithms on top-N recommendation tasks"), with what was known before a window and what
was bought in it side by side, so that it says what comes next and not what belongs together.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import randomized_svd

from mkt_pipeline.segments.method import Known, Method, Scores, Settings
from mkt_pipeline.segments.popular_shares import popular_shares
from mkt_pipeline.segments.popularity import Popular
from mkt_pipeline.segments.purchase_evidence import Floats

Factors = npt.NDArray[np.float64]

_ROWS = 100_000
"""Customers in windows that are learned from; more would only take memory."""

_NOISE = 1e-3
"""Variance of what no factor explains, of rows of length 1. It keeps a customer's factors small,
the more so the less they vary among customers; a tenth or ten times as much was worse (0065).
"""

_POPULAR = 1e-3
"""What everybody buys decides between products that a taste says nothing about, no more."""

_SEED = 7
_POWER_ITERATIONS = 6


@dataclass(frozen=True)
class Tastes:
    """``from_evidence`` (sources by factors) gives a customer's factors, ``to_products`` (factors
    by candidates) what follows from them.
    """

    from_evidence: Factors
    to_products: Scores
    shares: Floats

    def scores(self, evidence: sparse.csr_matrix) -> Scores:
        """As ``Learned`` has it: never below the small part that popularity has."""
        taste = np.asarray(normalize(evidence) @ self.from_evidence, dtype=np.float32)
        scores = np.asarray(taste @ self.to_products)
        np.maximum(scores, 0, out=scores)
        scores += (_POPULAR * self.shares).astype(np.float32)
        return scores


def _learn(known: Known, settings: Settings) -> Tastes | Popular:
    """With x what a customer knew, V and W the factors of what is known and bought, and D their
    variances: the customer's factors are (V'V + noise / D)^-1 V'x, and W times them the scores.

    That is what probabilistic principal components (Tipping and Bishop 1999) expect to be bought.
    """
    windows, shares = known.windows, popular_shares(known.evidence, known.candidates)
    step = -(-windows.after.shape[0] // _ROWS) or 1
    before, after = windows.before.tocsr()[::step], windows.after[::step]
    factors = min(int(settings["factors"]), before.shape[0] - 1)
    if factors < 1:
        # Nobody has come back yet.
        return Popular(shares)
    both = sparse.hstack([normalize(before), normalize(after)], format="csr")
    factors = min(factors, both.shape[1] - 1)
    _, singular, found = randomized_svd(
        both, n_components=factors, n_iter=_POWER_ITERATIONS, random_state=_SEED
    )
    found = np.asarray(found, dtype=np.float64)
    # A factor that does not vary says nothing; the floor only keeps it from dividing by zero.
    variance = np.maximum(np.asarray(singular, dtype=np.float64) ** 2 / both.shape[0], 1e-12)
    of_known, of_bought = found[:, : before.shape[1]].T, found[:, before.shape[1] :]
    inverse = np.linalg.inv(of_known.T @ of_known + np.diag(_NOISE / variance))
    # Single precision halves the time of the one product that is large, customers by products.
    return Tastes(of_known @ inverse, of_bought.astype(np.float32), shares)


MATRIX_FACTORISATION = Method(
    name="matrix_factorisation",
    title="matrix factorisation",
    learn=_learn,
    options=tuple({"factors": factors} for factors in (64.0, 256.0)),
)
