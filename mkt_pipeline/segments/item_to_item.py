"""What customers like this one went on to buy, item by item."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from mkt_pipeline.segments.method import NO_SETTINGS, Known, Method, Scores, Settings
from mkt_pipeline.segments.transitions import Transitions, learn_transitions

_PRIOR = 1.0
"""One fresh piece of evidence weighs as much as what everybody buys."""


@dataclass(frozen=True)
class ItemToItem:
    """Scores by transitions from what a customer has bought and looked at."""

    transitions: Transitions

    def scores(self, evidence: sparse.csr_matrix) -> Scores:
        """popularity + evidence · own + evidence · cross / (sum of evidence + 1), each row a
        customer: a product's own evidence adds up, that of the others is averaged.
        """
        share = 1 / (np.asarray(evidence.sum(axis=1)).ravel() + _PRIOR)
        cross = sparse.diags(share.astype(np.float32)) @ (evidence @ self.transitions.cross)
        scores = (cross + evidence @ self.transitions.own).toarray()
        scores += self.transitions.popularity.astype(np.float32)
        return np.asarray(scores, dtype=np.float32)


def _learn(known: Known, settings: Settings) -> ItemToItem:  # noqa: ARG001 - it has none
    return ItemToItem(learn_transitions(known))


ITEM_TO_ITEM = Method(
    name="item_to_item",
    title="item to item",
    learn=_learn,
    options=(NO_SETTINGS,),
)
