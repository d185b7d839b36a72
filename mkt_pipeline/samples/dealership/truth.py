"""The true probability of a target event, given the hidden state: what the best model could know.

For each replicate the state is lived forward with the target event left out, and its rate summed
along the way. With L the sum over the horizon, exp(-L) is the exact probability that the event
stays away on that path; the mean of 1 - exp(-L) over replicates is the probability wanted. It
varies much less than counting events would (Rao-Blackwell).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mkt_pipeline.samples.dealership.happenings import Happenings, draw, happen
from mkt_pipeline.samples.dealership.population import Floats, Population
from mkt_pipeline.samples.dealership.process import Rates, rates_at

STEP_DAYS = 5
"""Length of a step of the history; horizons are multiples of it."""


@dataclass(frozen=True)
class Target:
    """What a use case predicts: its rate, and the step without it."""

    use_case: str
    horizon_days: int
    rate: Callable[[Rates], Floats]
    left_out: Callable[[Happenings], Happenings]


TARGETS = (
    Target("vehicle_purchase", 90, lambda rates: rates.purchase, Happenings.without_purchase),
    Target("service_visit", 60, lambda rates: rates.service, Happenings.without_service),
)


def true_probability(
    population: Population, target: Target, *, as_of: int, replicates: int, seed: int
) -> NDArray[np.float64]:
    """Probability of the target event in ``[as_of, as_of + horizon)`` for each customer.

    ``population`` is the state at the start of the day ``as_of`` (days since 1970-01-01); it is
    not changed. The standard error falls with the root of ``replicates``.
    """
    rng = np.random.Generator(np.random.SFC64([seed, as_of, target.horizon_days]))
    total = np.zeros(len(population))
    for _ in range(replicates):
        total += -np.expm1(-_summed_rate(population, target, as_of, rng))
    return total / replicates


def _summed_rate(
    population: Population, target: Target, as_of: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    state = population.chosen(np.arange(len(population)))
    summed = np.zeros(len(state))
    for day in range(as_of, as_of + target.horizon_days, STEP_DAYS):
        rates = rates_at(state, day)
        summed += target.rate(rates) * STEP_DAYS
        events = target.left_out(draw(state, rates, day=day, days=STEP_DAYS, rng=rng))
        happen(state, events, day=day, days=STEP_DAYS)
    return summed
