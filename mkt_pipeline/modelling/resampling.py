"""How sure a figure is: the same figure on customers drawn again and again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from mkt_pipeline.errors import TrainingRefusedError
from mkt_pipeline.modelling.metrics import TOP_PERCENTS

Values = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

REPLICATES = 500
"""The ends of a 95 % interval are then some twelfth value from the outside."""
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """A figure and the bounds that hold it with 95 % confidence."""

    value: float
    low: float
    high: float


def percentile_interval(value: float, draws: Values) -> Interval:
    """A figure with the ends of the middle of its draws, of shape [draws]."""
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(draws, (tail, 1 - tail))
    return Interval(value, float(low), float(high))


@dataclass(frozen=True)
class Ranked:
    """Rows in the order of a model, best first, where the equally ranked count as one.

    ``ranking`` and ``label`` have shape [rows]. The measures take weights of shape [rows].
    """

    ranking: Values
    label: Labels

    @cached_property
    def _order(self) -> Integers:
        return np.argsort(-self.ranking, kind="stable")

    @cached_property
    def _ends(self) -> Integers:
        """The last place of every group of equals."""
        ordered = self.ranking[self._order]
        return np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)

    def _found(self, weight: Values) -> tuple[Values, Values]:
        """Buyers and rows up to the end of every group, by weight."""
        ordered = weight[self._order]
        buyers = np.cumsum(ordered * self.label[self._order])
        return buyers[self._ends], np.cumsum(ordered)[self._ends]

    def average_precision(self, weight: Values) -> float:
        """As ``metrics.evaluate`` has it, weighted."""
        buyers, rows = self._found(weight)
        gained = np.diff(buyers, prepend=0.0)
        with np.errstate(invalid="ignore"):  # groups that were not drawn gain nothing
            precision = np.where(rows > 0, buyers / rows, 0.0)
        return float(np.sum(precision * gained) / buyers[-1])

    def roc_auc(self, weight: Values) -> float:
        """As ``metrics.evaluate`` has it, weighted."""
        buyers, rows = self._found(weight)
        others = rows - buyers
        height = buyers + np.concatenate([[0.0], buyers[:-1]])
        area = np.sum(np.diff(others, prepend=0.0) * height) / 2
        return float(area / (buyers[-1] * others[-1]))

    def lift_at_10(self, weight: Values) -> float:
        """As ``metrics.evaluate`` has it, weighted."""
        return self.gain(weight, 0.1) / 0.1

    def gain(self, weight: Values, share: float) -> float:
        """The share of buyers among the best ``share`` of the customers, weighted."""
        buyers, rows = (np.insert(found, 0, 0.0) for found in self._found(weight))
        return float(np.interp(share, rows / rows[-1], buyers / buyers[-1]))


def _gain_at(percent: int) -> Callable[[Ranked, Values], float]:
    return lambda ranked, weight: ranked.gain(weight, percent / 100)


MEASURES = MappingProxyType(
    {
        "average_precision": Ranked.average_precision,
        "roc_auc": Ranked.roc_auc,
        "lift_at_10": Ranked.lift_at_10,
        **{f"gain_at_{percent}": _gain_at(percent) for percent in TOP_PERCENTS},
    }
)
"""What says how good an order of customers is; each is one of ``metrics.evaluate``."""

HEADLINES = ("average_precision", "roc_auc", "lift_at_10")
"""Those that are told wherever a model is."""


@dataclass(frozen=True)
class Resampled:
    """Figures of several models on the same draws, so that they can be compared pair by pair.

    ``values`` has the figures by model and measure, ``draws`` those of each draw, of shape [draws].
    """

    values: Mapping[tuple[str, str], float]
    draws: Mapping[tuple[str, str], Values]

    def interval(self, model: str, measure: str) -> Interval:
        """The figure with its percentile interval (Efron and Tibshirani 1993, chapter 13)."""
        return percentile_interval(self.values[model, measure], self.draws[model, measure])

    def difference(self, model: str, other: str, measure: str) -> Interval:
        """By how much ``model`` is better than ``other``, with its interval."""
        draws = self.draws[model, measure] - self.draws[other, measure]
        value = self.values[model, measure] - self.values[other, measure]
        return percentile_interval(value, draws)

    def probability_better(
        self, model: str, other: str, measure: str, *, margin: float = 0.0
    ) -> float:
        """The share of draws in which ``model`` is better than ``other`` less a ``margin``.

        Equals count half.
        """
        difference = self.draws[model, measure] - self.draws[other, measure] + margin
        return float(np.mean((difference > 0) + 0.5 * (difference == 0)))


def resample(
    *,
    label: Labels,
    rankings: Mapping[str, Values],
    seed: int,
    customer: Integers | None = None,
    replicates: int = REPLICATES,
    measures: Sequence[str] = HEADLINES,
) -> Resampled:
    """Figures of every ranking (of shape [rows]) on draws of customers with replacement.

    The bootstrap of Efron (1979), by ``customer`` (numbers from 0, of shape [rows]; one row each
    where none are given): rows of one customer are drawn together, for they are alike. All
    rankings are measured on the same draws. Refused: labels of one class.
    """
    positives = int(np.count_nonzero(label))
    if positives in (0, len(label)):
        raise TrainingRefusedError(
            f"figures need both classes, and {positives} of {len(label)} rows have the event",
            remedy="measure on a window in which some bought and some did not",
        )
    ranked = {name: Ranked(ranking, label) for name, ranking in rankings.items()}
    asked = [(name, measure) for name in ranked for measure in measures]
    everybody = np.ones(len(label))
    draws: dict[tuple[str, str], list[float]] = {one: [] for one in asked}
    for weight in draws_of(label, customer, seed, replicates):
        for name, measure in asked:
            draws[name, measure].append(MEASURES[measure](ranked[name], weight))
    return Resampled(
        {(name, m): MEASURES[m](ranked[name], everybody) for name, m in asked},
        {one: np.array(found) for one, found in draws.items()},
    )


def draws_of(
    label: Labels, customer: Integers | None, seed: int, replicates: int
) -> Iterator[Values]:
    """How often each row is drawn, draw by draw, of shape [rows]; the same for the same seed.

    A draw without a buyer, or of buyers only, is drawn anew.
    """
    random = np.random.default_rng(seed)
    number = np.arange(len(label)) if customer is None else customer
    customers = int(number.max()) + 1
    for _ in range(replicates):
        while True:
            drawn = np.bincount(random.integers(0, customers, customers), minlength=customers)
            weight = drawn[number].astype(np.float64)
            if 0 < weight[label].sum() < weight.sum():
                break
        yield weight
