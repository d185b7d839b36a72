"""The kinds of model that compete. To add one: one file beside these, and one line here."""

from collections.abc import Sequence

from mkt_pipeline.errors import BadInputError
from mkt_pipeline.modelling.boosting import BOOSTING
from mkt_pipeline.modelling.candidate import Candidate
from mkt_pipeline.modelling.forest import FOREST
from mkt_pipeline.modelling.linear_svm import LINEAR_SVM
from mkt_pipeline.modelling.logistic import LOGISTIC
from mkt_pipeline.modelling.neural_network import NEURAL_NETWORK
from mkt_pipeline.modelling.online_logistic import ONLINE_LOGISTIC
from mkt_pipeline.modelling.rbf_svm import RBF_SVM
from mkt_pipeline.modelling.tree import TREE

CANDIDATES: tuple[Candidate, ...] = (
    LOGISTIC,
    ONLINE_LOGISTIC,
    TREE,
    LINEAR_SVM,
    BOOSTING,
    FOREST,
    RBF_SVM,
    NEURAL_NETWORK,
)
"""In order of preference where two are equally good: the simpler one first."""


def candidates_named(names: Sequence[str]) -> tuple[Candidate, ...]:
    """The candidates of these names, in the order of preference. Refused: an unknown name."""
    known = {candidate.name for candidate in CANDIDATES}
    if unknown := sorted(set(names) - known):
        raise BadInputError(
            f"there is no candidate {', '.join(unknown)}",
            remedy=f"choose among {', '.join(one.name for one in CANDIDATES)}",
        )
    return tuple(candidate for candidate in CANDIDATES if candidate.name in names)
