"""What came true of a publication, once everybody had the time to buy that was meant."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkt_pipeline.contracts.model_health import EVERYBODY, HealthFigure
from mkt_pipeline.modelling.calibration_draws import CalibrationDraws
from mkt_pipeline.modelling.resampling import (
    CONFIDENCE,
    HEADLINES,
    REPLICATES,
    Interval,
    Labels,
    Resampled,
    Values,
    draws_of,
    resample,
)

CHAMPION, RULE = "champion", "rule"
OVER_RULE = "_over_rule"
"""Ends the name of a measure that says by how much the champion was above the rule of thumb."""

DECILES = 10
MANY_ROWS, FEWER_REPLICATES = 200_000, 200
"""Of a million customers the intervals are narrow, and each draw takes a quarter of a second."""

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Outcome:
    """A publication with what happened, one row per customer, in the order of ``customer_id``.

    ``label``, ``propensity``, ``rule`` (the order of the rule of thumb, higher is better, or None)
    and ``segment`` (text, or None where it is not known) have shape [rows].
    """

    label: Labels
    propensity: Values
    rule: Values | None = None
    segment: npt.NDArray[np.object_] | None = None

    @property
    def rows(self) -> int:
        """How many customers there are."""
        return len(self.label)

    @property
    def positives(self) -> int:
        """How many had the event."""
        return int(np.count_nonzero(self.label))

    @property
    def deciles(self) -> Codes:
        """0 for the best tenth; equals go by their customer id, as in the segments."""
        places = np.empty(self.rows, dtype=np.int64)
        places[np.argsort(-self.propensity, kind="stable")] = np.arange(self.rows)
        return places * DECILES // self.rows


def realised(
    outcome: Outcome, *, promised: Mapping[str, float], seed: int
) -> tuple[HealthFigure, ...]:
    """Every figure of a publication; ``promised`` are the metrics of the model's training.

    For everybody: ``roc_auc``, ``average_precision``, ``lift_at_10`` and ``calibration_error`` as
    in ``metrics.evaluate``, the first three also as the difference to the rule of thumb
    (``..._over_rule``), and ``event_rate``. For each segment and tenth: ``event_rate``, and
    ``lift``, which is that over everybody's. A rate was promised by the mean propensity.

    Intervals are percentiles of draws of customers (see ``resampling``). Drawing adds noise of its
    own to a calibration error, which is taken off. Where all or none had the event there are rates
    alone, without intervals.
    """
    groups = _groups(outcome)
    if outcome.positives in (0, outcome.rows):
        return tuple(_rates(outcome, groups, None))
    replicates = REPLICATES if outcome.rows <= MANY_ROWS else FEWER_REPLICATES
    rankings = {CHAMPION: outcome.propensity}
    if outcome.rule is not None:
        rankings[RULE] = outcome.rule
    ranked = resample(
        label=outcome.label,
        rankings=rankings,
        seed=seed,
        replicates=replicates,
        measures=HEADLINES,
    )
    drawn = _drawn(outcome, groups, seed, replicates)
    return (
        *_ranking(outcome, ranked, promised),
        _calibration(outcome, drawn.calibration, promised),
        *_rates(outcome, groups, drawn),
    )


@dataclass(frozen=True)
class _Group:
    """One way to part the customers: the number of its part for each, and their names."""

    codes: Codes
    names: tuple[str, ...]

    def sums(self, weight: Values) -> Values:
        found = np.bincount(self.codes, weights=weight, minlength=len(self.names))
        return found.astype(np.float64)


@dataclass(frozen=True)
class _Drawn:
    """Of every draw the rates by part, of shape [draws, parts]; and the calibration error."""

    rates: tuple[Values, ...]
    calibration: Interval


def _groups(outcome: Outcome) -> tuple[_Group, ...]:
    everybody = _Group(np.zeros(outcome.rows, dtype=np.int64), (EVERYBODY,))
    deciles = _Group(outcome.deciles, tuple(f"decile {n + 1}" for n in range(DECILES)))
    if outcome.segment is None:
        return everybody, deciles
    names, codes = np.unique(outcome.segment.astype(str), return_inverse=True)
    return everybody, _Group(codes.astype(np.int64), tuple(map(str, names))), deciles


def _drawn(outcome: Outcome, groups: tuple[_Group, ...], seed: int, replicates: int) -> _Drawn:
    calibration = CalibrationDraws(outcome.label, outcome.propensity)
    rates: list[list[Values]] = [[] for _ in groups]
    errors = []
    for weight in draws_of(outcome.label, None, seed, replicates):
        bought = weight * outcome.label
        for group, found in zip(groups, rates, strict=True):
            with np.errstate(invalid="ignore"):  # a part that was not drawn has no rate
                found.append(group.sums(bought) / group.sums(weight))
        errors.append(calibration.error(weight))
    by_part = tuple(np.array(found) for found in rates)
    return _Drawn(by_part, calibration.interval(np.array(errors)))


def _ranking(
    outcome: Outcome, ranked: Resampled, promised: Mapping[str, float]
) -> list[HealthFigure]:
    found = []
    for measure in HEADLINES:
        own, rule = ranked.interval(CHAMPION, measure), ranked.values.get((RULE, measure))
        then = promised.get(measure)
        bounds = (own.value, own.low, own.high)
        found.append(_figure(outcome, measure, *bounds, then, rule))
        if rule is not None:
            more = ranked.difference(CHAMPION, RULE, measure)
            was = promised.get(f"baseline_{measure}")
            gain = None if then is None or was is None else then - was
            bounds = (more.value, more.low, more.high)
            found.append(_figure(outcome, f"{measure}{OVER_RULE}", *bounds, gain, None))
    return found


def _calibration(outcome: Outcome, found: Interval, promised: Mapping[str, float]) -> HealthFigure:
    name = "calibration_error"
    bounds = (found.value, found.low, found.high)
    return _figure(outcome, name, *bounds, promised.get(name), None)


def _rates(
    outcome: Outcome, groups: tuple[_Group, ...], drawn: _Drawn | None
) -> list[HealthFigure]:
    overall, expected = float(outcome.label.mean()), float(outcome.propensity.mean())
    whole = drawn.rates[0] if drawn else None
    found = []
    for place, group in enumerate(groups):
        rows = np.bincount(group.codes, minlength=len(group.names))
        positives = np.bincount(group.codes[outcome.label], minlength=len(group.names))
        sums = group.sums(outcome.propensity)
        for part in np.flatnonzero(rows):
            customers, bought = int(rows[part]), int(positives[part])
            rate, then = bought / customers, float(sums[part] / customers)
            draws = drawn.rates[place][:, part] if drawn else None
            low, high = _bounds(draws) if draws is not None else (None, None)
            name = group.names[part]
            found.append(
                HealthFigure("event_rate", name, rate, low, high, then, None, customers, bought)
            )
            if name != EVERYBODY and overall > 0:
                lifts = draws / whole[:, 0] if draws is not None and whole is not None else None
                low, high = _bounds(lifts) if lifts is not None else (None, None)
                lift = (rate / overall, low, high, then / expected)
                found.append(HealthFigure("lift", name, *lift, None, customers, bought))
    return found


def _figure(
    outcome: Outcome,
    measure: str,
    value: float,
    low: float | None,
    high: float | None,
    promised: float | None,
    rule: float | None,
) -> HealthFigure:
    counts = (outcome.rows, outcome.positives)
    return HealthFigure(measure, EVERYBODY, value, low, high, promised, rule, *counts)


def _bounds(draws: Values) -> tuple[float, float]:
    tail = (1 - CONFIDENCE) / 2
    low, high = np.nanquantile(draws, (tail, 1 - tail))
    return float(low), float(high)
