"""What a training run found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.contracts.trial import Trial
from mkt_pipeline.modelling.calibration import Calibrated, Method
from mkt_pipeline.modelling.labelled import Labelled
from mkt_pipeline.modelling.reference import Reference
from mkt_pipeline.modelling.season import SeasonFound

Metrics = Mapping[str, float]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Trained:
    """One fitted and calibrated model and its figures on the validation window.

    ``trials`` are the attempts at its parameters, of which it has the best; a rule has none.
    """

    name: str
    title: str
    parameters: Mapping[str, float | str | bool]
    calibration: Method
    model: Calibrated
    validation: Metrics
    trials: tuple[Trial, ...] = ()


@dataclass(frozen=True)
class Window:
    """What one part of the training data held."""

    name: str
    first: date
    last: date
    dates: int
    rows: int
    positives: int

    @classmethod
    def of(cls, name: str, data: Labelled) -> "Window":
        """Count ``data``, which holds at least one row."""
        days = np.unique(data.as_of.astype("datetime64[D]"))
        first, last = days[0].astype(date), days[-1].astype(date)
        return cls(name, first, last, len(days), data.rows, data.positives)


@dataclass(frozen=True)
class TrainingOutcome:
    """The candidates, which of them was chosen, and the figures on the later test window.

    ``baselines`` are the rules of thumb, the one that is quoted first. ``tests`` holds the figures
    by name for every candidate and baseline; they were taken after the choice. ``propensities``
    are the probabilities of the test rows, of shape [rows], by name. ``reference`` is the customer
    that reasons compare with. ``random_split`` are the figures that the chosen kind of model has on
    rows drawn at random from its own training dates: how much such a split would have flattered.
    ``season`` says by how much the base rate of other days is another one, if it does.
    """

    features: tuple[Feature, ...]
    candidates: tuple[Trained, ...]
    baselines: tuple[Trained, ...]
    chosen: Trained
    windows: tuple[Window, ...]
    tests: Mapping[str, Metrics]
    propensities: Mapping[str, Values]
    random_split: Metrics
    reference: Reference
    seed: int
    season: SeasonFound

    @property
    def baseline(self) -> Trained:
        """The rule of thumb that is quoted."""
        return self.baselines[0]

    @property
    def test_propensity(self) -> Values:
        """Of the test rows, by the chosen model."""
        return self.propensities[self.chosen.name]

    @property
    def baseline_propensity(self) -> Values:
        """Of the test rows, by the rule of thumb that is quoted."""
        return self.propensities[self.baseline.name]

    @property
    def test(self) -> Metrics:
        """The chosen model on the test window."""
        return self.tests[self.chosen.name]

    @property
    def baseline_test(self) -> Metrics:
        """The baseline on the test window."""
        return self.tests[self.baseline.name]
