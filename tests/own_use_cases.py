"""A pipeline whose use cases are those of a test, whatever lies in the folder."""

from collections.abc import Mapping

from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.wiring.pipeline import Pipeline
from mkt_pipeline.wiring.use_cases import ConfiguredUseCases


def give_use_cases(pipeline: Pipeline, cases: Mapping[str, UseCase]) -> None:
    """Put ``cases`` (by name) in place of what the pipeline has read, or would read."""
    pipeline.__dict__["configured"] = ConfiguredUseCases(tuple(cases), cases, {})
