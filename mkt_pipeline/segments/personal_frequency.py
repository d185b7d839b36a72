"""What the customer buys most often, and what everybody buys where that leaves places empty.

The baseline "personal, then global top frequency" that most methods for shopping baskets fail to
beat (Li, Jullien, Ariannezhad and de Rijke 2023, "A next basket recommendation reality check").
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from mkt_pipeline.segments.method import NO_SETTINGS, Known, Method, Scores, Settings
from mkt_pipeline.segments.popular_shares import popular_shares
from mkt_pipeline.segments.purchase_evidence import Floats, Integers


@dataclass(frozen=True)
class Frequent:
    """``sources`` are where purchases of the candidates stand in the evidence, ``shares`` those
    of all purchases.
    """

    sources: Integers
    shares: Floats

    def scores(self, evidence: sparse.csr_matrix) -> Scores:
        """As ``Learned`` has it: one more than the customer's own purchases, decayed and added
        up, where there are any; else the share in what everybody buys, which is at most one.
        """
        own = np.asarray(evidence[:, self.sources].toarray(), dtype=np.float32)
        return np.where(own > 0, 1 + own, self.shares.astype(np.float32))


def _learn(known: Known, settings: Settings) -> Frequent:  # noqa: ARG001 - it has none
    return Frequent(known.candidates, popular_shares(known.evidence, known.candidates))


PERSONAL_FREQUENCY = Method(
    name="personal_frequency",
    title="personal frequency, then popularity",
    learn=_learn,
    options=(NO_SETTINGS,),
)
