"""A training for tests that are not about models: no search, no selection."""

from mkt_pipeline.contracts.use_case import Training
from tests.own_use_cases import give_use_cases

QUICK = {"feature_selection": False, "tuning": {"trials": 1}}
"""As in the document of a use case. Of fewer dates a model learns too little for the gate."""


def trained_quickly(pipeline, name):
    """The pipeline, which trains a use case so from now on."""
    case = pipeline.use_case(name).model_copy(update={"training": Training(**QUICK)})
    give_use_cases(pipeline, {**pipeline.use_cases, name: case})
    return pipeline
