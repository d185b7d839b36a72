"""Any model taken apart by asking it about customers who become usual step by step."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.propensity import Scores
from mkt_pipeline.modelling.reference import Reference

Values = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class AskedParts:
    """A model that is asked as a whole."""

    model: Scores
    reference: Reference
    features: Sequence[Feature]
    related: Sequence[Sequence[int]]

    def of(self, frame: pd.DataFrame, differs: Bools) -> tuple[Values, Values]:
        """Scores of shape [rows], and what each family moves them, of shape [rows, families].

        ``differs`` (of shape [rows, features]) says where a customer is not as usual. Family after
        family is set to the reference, and each moves what its step does; once in the order of the
        families and once in the opposite one. The mean of the two adds up to the whole, and is the
        Shapley value where no more than two families act together (Mitchell et al. 2022, Sampling
        permutations for Shapley value estimation).
        """
        score = np.asarray(self.model.decision_function(frame), dtype=np.float64)
        order = range(len(self.related))
        both = self._steps(frame, score, differs, order)
        both += self._steps(frame, score, differs, reversed(order))
        return score, both / 2

    def _steps(
        self, frame: pd.DataFrame, score: Values, differs: Bools, order: Iterable[int]
    ) -> Values:
        result = np.zeros((len(score), len(self.related)))
        now, before = frame.copy(), score.copy()
        for family in order:
            row = np.flatnonzero(differs[:, list(self.related[family])].any(axis=1))
            if not len(row):
                continue
            for member in self.related[family]:
                name = self.features[member].name
                now[name] = now[name].mask(differs[:, member], self.reference[name])
            after = np.asarray(self.model.decision_function(now.iloc[row]), dtype=np.float64)
            result[row, family] = before[row] - after
            before[row] = after
        return result
