"""What a kind of model must bring to compete for champion."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sklearn.pipeline import Pipeline

from mkt_pipeline.contracts.feature import Feature


@dataclass(frozen=True)
class Candidate:
    """A kind of model.

    ``build(features, seed)`` returns an unfitted pipeline that takes a frame with the columns of
    ``features`` (in any order) and has ``decision_function``; ``parameters`` are what a reader of
    the training run wants to know of it.
    """

    name: str
    title: str
    parameters: Mapping[str, float | str | bool]
    build: Callable[[Sequence[Feature], int], Pipeline]
