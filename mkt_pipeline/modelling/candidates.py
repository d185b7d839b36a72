"""The kinds of model that compete. To add one: one file beside these, and one line here."""

from mkt_pipeline.modelling.boosting import BOOSTING
from mkt_pipeline.modelling.candidate import Candidate
from mkt_pipeline.modelling.logistic import LOGISTIC

CANDIDATES: tuple[Candidate, ...] = (
    LOGISTIC,
    BOOSTING,
)
"""In order of preference where two are equally good: the simpler one first."""
