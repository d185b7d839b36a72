"""A training for tests that are not about models: few dates, no search, no selection."""

from mkt_pipeline.contracts.use_case import Training

QUICK = {"max_dates": 3, "feature_selection": False, "tuning": {"trials": 1}}
"""As in the document of a use case."""

QUICKEST = {**QUICK, "candidates": ["logistic"]}
"""In Airflow each candidate is a task that makes its own data."""


def trained_quickly(pipeline, name):
    """The pipeline, which trains a use case so from now on."""
    case = pipeline.use_case(name).model_copy(update={"training": Training(**QUICK)})
    pipeline.__dict__["use_cases"] = {**pipeline.use_cases, name: case}
    return pipeline
