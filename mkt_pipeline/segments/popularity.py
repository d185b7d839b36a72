"""What everybody buys, recent purchases counting more: the rule that every method must beat."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from mkt_pipeline.segments.method import Known, Method, Scores, Settings
from mkt_pipeline.segments.popular_shares import HALF_LIFE_DAYS, popular_shares
from mkt_pipeline.segments.purchase_evidence import Floats


@dataclass(frozen=True)
class Popular:
    """The same scores for everybody: ``shares`` of all recent purchases, one per candidate."""

    shares: Floats

    def scores(self, evidence: sparse.csr_matrix) -> Scores:
        """As ``Learned`` has it."""
        return np.tile(self.shares.astype(np.float32), (evidence.shape[0], 1))


def _learn(known: Known, settings: Settings) -> Popular:
    half_life = settings["half_life_days"]
    return Popular(popular_shares(known.evidence, known.candidates, half_life_days=half_life))


POPULARITY = Method(
    name="popularity",
    title="popularity",
    learn=_learn,
    # A season and a quarter, beside what item to item takes for the whole range.
    options=tuple({"half_life_days": days} for days in (HALF_LIFE_DAYS, 90.0, 30.0)),
)
