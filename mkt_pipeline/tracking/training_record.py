"""What a training hands over to be remembered, and what it gets back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.contracts.trial import Trial

Metrics = Mapping[str, float]


class TrainedModel(Protocol):
    """One candidate or the baseline, with its figures on the validation window."""

    @property
    def name(self) -> str: ...  # noqa: D102 - the class says what it is
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def parameters(self) -> Mapping[str, float | str | bool]: ...  # noqa: D102
    @property
    def calibration(self) -> str: ...  # noqa: D102
    @property
    def model(self) -> Any: ...  # noqa: D102, ANN401 - any scikit-learn estimator
    @property
    def validation(self) -> Metrics: ...  # noqa: D102
    @property
    def trials(self) -> Sequence[Trial]: ...  # noqa: D102


class TrainingWindow(Protocol):
    """What one part of the training data held."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def first(self) -> date: ...  # noqa: D102
    @property
    def last(self) -> date: ...  # noqa: D102
    @property
    def dates(self) -> int: ...  # noqa: D102
    @property
    def rows(self) -> int: ...  # noqa: D102
    @property
    def positives(self) -> int: ...  # noqa: D102


class Season(Protocol):
    """Whether the base rate follows the year, and with what error it was foretold, if at all."""

    @property
    def sentence(self) -> str: ...  # noqa: D102
    @property
    def error(self) -> float: ...  # noqa: D102
    @property
    def error_without(self) -> float: ...  # noqa: D102


class Outcome(Protocol):
    """What was trained: the shape of ``modelling``'s result, which is not imported here."""

    @property
    def features(self) -> tuple[Feature, ...]: ...  # noqa: D102
    @property
    def candidates(self) -> Sequence[TrainedModel]: ...  # noqa: D102
    @property
    def baselines(self) -> Sequence[TrainedModel]: ...  # noqa: D102
    @property
    def chosen(self) -> TrainedModel: ...  # noqa: D102
    @property
    def windows(self) -> Sequence[TrainingWindow]: ...  # noqa: D102
    @property
    def tests(self) -> Mapping[str, Metrics]: ...  # noqa: D102
    @property
    def test(self) -> Metrics: ...  # noqa: D102
    @property
    def baseline_test(self) -> Metrics: ...  # noqa: D102
    @property
    def test_propensity(self) -> npt.NDArray[np.float64]: ...  # noqa: D102
    @property
    def reference(self) -> Mapping[str, float | str | None]: ...  # noqa: D102
    @property
    def random_split(self) -> Metrics: ...  # noqa: D102
    @property
    def season(self) -> Season: ...  # noqa: D102
    @property
    def seed(self) -> int: ...  # noqa: D102


@dataclass(frozen=True)
class DataIdentity:
    """Which data were learned from: ``digest`` is over all rows, ``source`` a URI with version."""

    name: str
    digest: str
    rows: int
    source: str


@dataclass(frozen=True)
class TrainedRun:
    """Where a training is remembered: its run, the registered version, and the page to look at."""

    run_id: str
    model_version: int
    url: str
