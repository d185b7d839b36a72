"""How sure any figures of customers are, several of them on the same draws."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from mkt_pipeline.modelling.resampling import CONFIDENCE, REPLICATES, Interval, Resampled, Values

Figure = Callable[[Values], float]
"""A figure by how often each customer counts, of shape [customers]."""


def mean_of(values: Values) -> Figure:
    """The mean of one value for each customer."""
    return partial(_mean, values)


def resample_figures(
    figures: Mapping[tuple[str, str], Figure],
    *,
    customers: int,
    seed: int,
    replicates: int = REPLICATES,
) -> Resampled:
    """Every figure, by model and measure, on draws of customers with replacement (Efron 1979)."""
    random = np.random.default_rng(seed)
    everybody = np.ones(customers)
    draws: dict[tuple[str, str], list[float]] = {one: [] for one in figures}
    for _ in range(replicates):
        drawn = np.bincount(random.integers(0, customers, customers), minlength=customers)
        weight = drawn.astype(np.float64)
        for one, figure in figures.items():
            draws[one].append(figure(weight))
    return Resampled(
        {one: figure(everybody) for one, figure in figures.items()},
        {one: np.array(found) for one, found in draws.items()},
    )


def interval_of_count(drawn: Resampled, model: str, measure: str) -> Interval:
    """The interval of a figure that counts different things.

    A draw holds about 63 % of the customers, so that it always counts less: the bounds are moved
    by as much as the draws lie below the figure in the middle.
    """
    tail = (1 - CONFIDENCE) / 2
    value, draws = drawn.values[model, measure], drawn.draws[model, measure]
    low, high = np.quantile(draws, (tail, 1 - tail)) + value - draws.mean()
    # Where every draw counts nearly all there is, the middle lies beyond a bound.
    return Interval(value, min(float(low), value), max(float(high), value))


def _mean(values: Values, weight: Values) -> float:
    return float(values @ weight / weight.sum())
