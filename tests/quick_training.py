"""A training for tests that are not about models: no search, no selection, no hurry."""

from mkt_pipeline.contracts.use_case import Training
from tests.own_use_cases import give_use_cases

QUICK = {"feature_selection": False, "tuning": {"trials": 1}}
"""As in the document of a use case. Of fewer dates a model learns too little for the gate."""

UNHURRIED = 100_000.0
"""Seconds of a processor for a million customers. What a few hundred take on a machine that is busy
says nothing about a million; that the gate refuses what is too slow is tested with figures.
"""


def trained_quickly(pipeline, name):
    """The pipeline, which trains a use case so from now on."""
    case = pipeline.use_case(name)
    promotion = case.promotion.model_copy(update={"seconds_per_million": UNHURRIED})
    quick = case.model_copy(update={"training": Training(**QUICK), "promotion": promotion})
    give_use_cases(pipeline, {**pipeline.use_cases, name: quick})
    return pipeline
