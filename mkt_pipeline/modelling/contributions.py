"""How much each feature moves each customer's propensity."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.asked_parts import AskedParts
from mkt_pipeline.modelling.boosted_parts import boosted_parts
from mkt_pipeline.modelling.calibration import Calibrated
from mkt_pipeline.modelling.families import families
from mkt_pipeline.modelling.linear_parts import linear_parts
from mkt_pipeline.modelling.reference import Reference, reference_frame
from mkt_pipeline.modelling.single_tree_parts import single_tree_parts

Values = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Parts(Protocol):
    """A model's score taken apart."""

    def of(self, frame: pd.DataFrame, differs: Bools, /) -> tuple[Values, Values]:
        """Scores of shape [rows], and what each family moves them, of shape [rows, families].

        ``differs`` (of shape [rows, features]) says where a customer is not as usual.
        """


@dataclass(frozen=True)
class Explained:
    """``propensity`` of shape [rows], ``contributions`` in log-odds of shape [rows, features]."""

    propensity: Values
    contributions: Values


@dataclass(frozen=True)
class Explainer:
    """One model, and the usual customer that all others are compared with.

    Contributions are baseline Shapley values (Sundararajan and Najmi 2020, The many Shapley values
    for model explanation) of the model's score, in log-odds on the sigmoid scale of its
    calibration: over all features they add up to the customer's log-odds less the usual
    customer's. Positive raises the propensity. Features of one family (``families.families``) are
    one player: two visits in 30 days with none in 90 is a customer who cannot exist. What the
    family moves stands at the feature that speaks for it, the shortest window in which the
    customer differs from the usual one; its other features are 0. Likewise the strongest of several
    features speaks for all that are unknown for the same reason.
    """

    model: Calibrated
    reference: Reference
    features: Sequence[Feature]

    def explained(self, frame: pd.DataFrame) -> Explained:
        """The propensity of every row of a feature set, and what each feature contributes."""
        if frame.empty:
            return Explained(np.zeros(0), np.zeros((0, len(self.features))))
        frame = frame.reset_index(drop=True)
        differs = self._differs(frame)
        score, moved = self.parts.of(frame, differs)
        calibrator = self.model.calibrator
        propensity = np.asarray(calibrator.predict(score), dtype=np.float64)
        spoken = self._spoken(moved * calibrator.slope, differs)
        return Explained(propensity, self._unknown_once(frame, spoken))

    @property
    def usual_propensity(self) -> float:
        """What the usual customer would have."""
        return float(self.model.predict_proba(self._usual)[0, 1])

    @property
    def usual_log_odds(self) -> float:
        """The usual customer's, on the sigmoid scale, to which contributions are added."""
        score = self.model.decision_function(self._usual)
        return float(self.model.calibrator.log_odds(score)[0])

    @property
    def _usual(self) -> pd.DataFrame:
        return reference_frame(self.reference, self.features)

    @cached_property
    def related(self) -> tuple[tuple[int, ...], ...]:
        """The families of the features."""
        return families(self.features)

    @cached_property
    def parts(self) -> Parts:
        """The quickest way to take this model apart; exact but for models that must be asked."""
        known = (self.model.model, self.reference, self.features, self.related)
        return (
            boosted_parts(*known)
            or linear_parts(*known)
            or single_tree_parts(*known)
            or AskedParts(self.model, self.reference, self.features, self.related)
        )

    def _unknown_once(self, frame: pd.DataFrame, spoken: Values) -> Values:
        """What is not known for one and the same reason is told once, by the strongest of it.

        Who has no order has neither a last nor a first one: that is one fact, not two.
        """
        for members in self._unknown_alike:
            unknown = frame[[self.features[m].name for m in members]].isna().to_numpy()
            rows = np.flatnonzero(unknown.sum(axis=1) > 1)
            part = spoken[np.ix_(rows, np.asarray(members))]
            of_unknown = np.where(unknown[rows], part, 0.0)
            strongest = np.argmax(np.abs(of_unknown), axis=1)
            part = part - of_unknown
            part[np.arange(len(rows)), strongest] += of_unknown.sum(axis=1)
            spoken[np.ix_(rows, np.asarray(members))] = part
        return spoken

    @cached_property
    def _unknown_alike(self) -> tuple[tuple[int, ...], ...]:
        """Places of features of which the same is said where they are not known."""
        places: dict[str, list[int]] = {}
        for place, feature in enumerate(self.features):
            if said := feature.reason.partition(" | ")[2]:
                places.setdefault(said, []).append(place)
        return tuple(tuple(one) for one in places.values() if len(one) > 1)

    def _differs(self, frame: pd.DataFrame) -> Bools:
        columns = []
        for feature in self.features:
            values, usual = frame[feature.name], self.reference[feature.name]
            same = values.isna() if pd.isna(usual) else (values == usual).fillna(value=False)
            columns.append(~same.to_numpy(dtype=bool))
        return np.column_stack(columns)

    def _spoken(self, moved: Values, differs: Bools) -> Values:
        """What families move (of shape [rows, families]) at the features that speak for them."""
        result, rows = np.zeros(differs.shape), np.arange(len(differs))
        for family, members in enumerate(self.related):
            first = np.argmax(differs[:, list(members)], axis=1)
            result[rows, np.array(members)[first]] = moved[:, family]
        return result
