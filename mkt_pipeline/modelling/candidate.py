"""What a kind of model must bring to compete for champion."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sklearn.pipeline import Pipeline

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.modelling.date_weights import date_weights
from mkt_pipeline.modelling.labelled import Labelled

Parameter = float | str | bool
Parameters = Mapping[str, Parameter]


@dataclass(frozen=True)
class Range:
    """Numbers from ``low`` to ``high``, both included; ``log`` searches by orders of magnitude,
    ``whole`` among integers.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Options:
    """One of these values."""

    values: tuple[Parameter, ...]


@dataclass(frozen=True)
class Candidate:
    """A kind of model.

    ``defaults`` are the parameters that may be tuned, with the values they have otherwise, and
    ``space`` says where each of them may lie. ``notes`` are what else a reader of the training run
    wants to know. ``build(features, seed, parameters)`` returns an unfitted pipeline that takes a
    frame with the columns of ``features`` (in any order) and has ``decision_function``. ``weights``
    is under which name its ``fit`` takes a weight for each row.
    """

    name: str
    title: str
    defaults: Parameters
    space: Mapping[str, Range | Options]
    notes: Parameters
    build: Callable[[Sequence[Feature], int, Parameters], Pipeline]
    weights: str = "model__sample_weight"

    def fitted(
        self,
        features: Sequence[Feature],
        data: Labelled,
        seed: int,
        parameters: Parameters | None = None,
    ) -> Pipeline:
        """A pipeline that has learned from ``data``, in which every date counts alike."""
        pipeline = self.pipeline(features, seed, parameters)
        return pipeline.fit(data.frame, data.label, **{self.weights: date_weights(data)})

    def pipeline(
        self, features: Sequence[Feature], seed: int, parameters: Parameters | None = None
    ) -> Pipeline:
        """An unfitted pipeline; parameters that are not given are the defaults.

        Refused: a parameter that the candidate does not have.
        """
        given = dict(parameters or {})
        if unknown := sorted(set(given) - set(self.defaults)):
            raise BadInputError(
                f"the candidate {self.name} has no parameter {', '.join(unknown)}",
                remedy=f"choose among {', '.join(self.defaults) or 'none'}",
            )
        return self.build(features, seed, {**self.defaults, **given})
