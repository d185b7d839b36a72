"""What a method of recommending must bring."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import sparse

from mkt_pipeline.segments.purchase_evidence import Evidence, Integers
from mkt_pipeline.segments.purchase_windows import Windows, stacked_windows

Scores = npt.NDArray[np.float32]
Settings = Mapping[str, float]

NO_SETTINGS: Settings = MappingProxyType({})


@dataclass(frozen=True)
class Known:
    """What every method learns from: all that is known at one moment.

    ``candidates`` are the numbers of the products that may be recommended. A purchase weighs half
    after ``half_life_days``.
    """

    evidence: Evidence
    candidates: Integers
    half_life_days: float

    @cached_property
    def windows(self) -> Windows:
        """Past windows, cut once for all methods that look at them."""
        return stacked_windows(
            self.evidence, candidates=self.candidates, half_life_days=self.half_life_days
        )


class Learned(Protocol):
    """What a method has learned."""

    def scores(self, evidence: sparse.csr_matrix) -> Scores:
        """Scores of shape [customers, candidates], above zero for what may be recommended.

        ``evidence`` has shape [customers, sources], source kind * products + product, purchases
        being kind 0. The scores of a customer depend on that customer's row alone. They are the
        caller's, who may change them.
        """
        ...


@dataclass(frozen=True)
class Method:
    """A way to recommend.

    ``options`` are the settings it can be used with, the usual ones first; which of them, is
    chosen where methods are compared. ``learn`` gives the same for the same input, bit by bit.
    """

    name: str
    title: str
    learn: Callable[[Known, Settings], Learned]
    options: tuple[Settings, ...] = (NO_SETTINGS,)
