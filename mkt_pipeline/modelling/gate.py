"""Does the challenger become champion? Every check has a value and a limit, and a no is possible.

The comparison with the champion is a paired bootstrap (Efron and Tibshirani 1993, chapter 16):
both models are measured on the same draws of the same customers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

import numpy as np

from mkt_pipeline.contracts.promotion import PromotionRules
from mkt_pipeline.modelling.calibration_draws import CalibrationDraws
from mkt_pipeline.modelling.calibration_luck import calibration_error_by_chance
from mkt_pipeline.modelling.metrics import TOP_PERCENTS, Labels, Values, calibration_error
from mkt_pipeline.modelling.resampling import (
    HEADLINES,
    REPLICATES,
    Interval,
    Resampled,
    draws_of,
    resample,
)

CHALLENGER, CHAMPION = "challenger", "champion"
TITLES = {
    "average_precision": "average precision",
    "roc_auc": "ROC AUC",
    "lift_at_10": "lift at 10 %",
    **{f"gain_at_{p}": f"share of buyers among the best {p} %" for p in TOP_PERCENTS},
    "calibration_error": "calibration error",
}

Relation = Literal["at least", "above", "at most"]
Route = Literal["better", "as good and fresher"]


@dataclass(frozen=True)
class Model:
    """A model on the test window: its propensities of shape [rows], and what it was trained on.

    ``trained`` is the as-of of its training; a rule has none. ``promise_off`` says by how much the
    promise to a slice or segment is off, ``ranking_off`` by how much a slice is ranked worse than
    all, both by its name and beyond what chance explains.
    """

    propensity: Values
    trained: date | None = None
    promise_off: Mapping[str, float] = field(default_factory=dict)
    ranking_off: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """Everything that the gate looks at, measured on one test window.

    ``label`` has shape [rows]. ``rules`` are the rules of thumb by their name. ``champion`` is None
    where there is none that could score this window. ``calibrated_on`` is the number of rows that
    the challenger was calibrated on, ``score_stability`` the population stability index of its
    scores from there to the test, ``model_bytes`` the size of its file, and ``seconds_per_million``
    how long it takes for a million customers.
    """

    label: Labels
    challenger: Model
    champion: Model | None
    rules: Mapping[str, Model]
    calibrated_on: int
    score_stability: float
    model_bytes: int
    seconds_per_million: float
    seed: int


@dataclass(frozen=True)
class Check:
    """One comparison. Checks without a ``route`` are needed; of the routes one is enough."""

    name: str
    value: float
    relation: Relation
    limit: float
    passed: bool
    route: Route | None = None

    @property
    def words(self) -> str:
        """What was compared, for a sentence."""
        return f"{self.name} is {_number(self.value)}, {self.relation} {_number(self.limit)}"


@dataclass(frozen=True)
class Decision:
    """Whether the challenger becomes champion, every check behind it, and one sentence.

    ``figures`` has each model's measures with their 95 % intervals, by model and measure.
    """

    promote: bool
    checks: tuple[Check, ...]
    figures: Mapping[str, Mapping[str, Interval]]
    sentence: str

    def document(self) -> dict[str, Any]:
        """The decision as plain data, for a JSON file."""
        return asdict(self)


def decide(evidence: Evidence, rules: PromotionRules) -> Decision:
    """Hold the challenger against the rules.

    It must beat the base rate and the rules of thumb as measured, be calibrated, small and quick;
    and, where there is a champion, be surely better than it, or surely no worse and fresher.
    """
    drawn = _drawn(evidence, rules)
    checks = (*_routes(evidence, rules, drawn), *_absolute(evidence, rules, drawn))
    needed = all(check.passed for check in checks if check.route is None)
    promote = needed and (evidence.champion is None or bool(_route_taken(checks)))
    figures = _figures(evidence, drawn)
    return Decision(promote, checks, figures, sentence(checks, promote=promote))


def _models(evidence: Evidence) -> dict[str, Values]:
    rankings = {CHALLENGER: evidence.challenger.propensity}
    if evidence.champion is not None:
        rankings[CHAMPION] = evidence.champion.propensity
    rankings |= {name: rule.propensity for name, rule in evidence.rules.items()}
    return rankings


def _drawn(evidence: Evidence, rules: PromotionRules) -> Resampled:
    return resample(
        label=evidence.label,
        rankings=_models(evidence),
        seed=evidence.seed,
        measures=tuple(dict.fromkeys((*HEADLINES, rules.measure))),
    )


def _routes(evidence: Evidence, rules: PromotionRules, drawn: Resampled) -> tuple[Check, ...]:
    champion, measure = evidence.champion, rules.measure
    if champion is None:
        return ()
    allowed = rules.margin * drawn.values[CHAMPION, measure]
    challenger = evidence.challenger
    weeks = _weeks(champion.trained, challenger.trained)
    what = TITLES[measure]
    return (
        _at_least(
            f"probability that its {what} is higher than the champion's",
            drawn.probability_better(CHALLENGER, CHAMPION, measure),
            rules.probability,
            "better",
        ),
        _at_least(
            f"probability that its {what} is less than {allowed:.4f} below the champion's",
            drawn.probability_better(CHALLENGER, CHAMPION, measure, margin=allowed),
            rules.probability,
            "as good and fresher",
        ),
        _at_least(
            "weeks between the champion's training and its own",
            weeks,
            rules.fresher_weeks,
            "as good and fresher",
        ),
    )


def _absolute(evidence: Evidence, rules: PromotionRules, drawn: Resampled) -> tuple[Check, ...]:
    measure, what = rules.measure, TITLES[rules.measure]
    value = drawn.values[CHALLENGER, measure]
    base_rate = float(evidence.label.mean())
    chance = _by_chance(measure, base_rate)
    bars = {"chance": chance, **{name: drawn.values[name, measure] for name in evidence.rules}}
    propensity = evidence.challenger.propensity
    luck = calibration_error_by_chance(
        propensity, calibrated_on=evidence.calibrated_on, seed=evidence.seed
    )
    return (
        *(_above(f"{what} against {name}", value, bar) for name, bar in bars.items()),
        _at_most(
            "calibration error",
            calibration_error(evidence.label, propensity),
            max(rules.calibration_error * base_rate, luck),
        ),
        *_parts(evidence, rules),
        _at_most(
            "stability index of the scores since calibration",
            evidence.score_stability,
            rules.score_stability,
        ),
        _at_most("size of the model in MB", evidence.model_bytes / 1e6, rules.model_mb),
        _at_most(
            "seconds for a million customers",
            evidence.seconds_per_million,
            rules.seconds_per_million,
        ),
    )


def _by_chance(measure: str, base_rate: float) -> float:
    """What customers in any order have."""
    if measure == "average_precision":
        return base_rate
    return 0.5 if measure == "roc_auc" else int(measure.removeprefix("gain_at_")) / 100


def _parts(evidence: Evidence, rules: PromotionRules) -> Iterator[Check]:
    """The worst slice and segment; a challenger that is as bad there as the champion passes."""
    challenger, champion = evidence.challenger, evidence.champion
    measures = (
        ("promise that is off, as a share of the buyers,", "promise_off", rules.slice_promise),
        ("ROC AUC below that of all,", "ranking_off", rules.slice_ranking),
    )
    for words, measure, limit in measures:
        off = getattr(challenger, measure)
        worst = max((name for name in off if off[name] > 0), key=off.__getitem__, default=None)
        others = getattr(champion, measure).values() if champion else ()
        yield _at_most(
            f"{words} of the worst part ({worst or 'none'})",
            0.0 if worst is None else off[worst],
            max((limit, *others)),
        )


def _weeks(before: date | None, after: date | None) -> float:
    return (after - before).days / 7 if before and after else 0.0


def _at_least(name: str, value: float, limit: float, route: Route) -> Check:
    return Check(name, value, "at least", limit, value >= limit, route)


def _above(name: str, value: float, limit: float) -> Check:
    return Check(name, value, "above", limit, value > limit)


def _at_most(name: str, value: float, limit: float) -> Check:
    return Check(name, value, "at most", limit, value <= limit)


def _figures(evidence: Evidence, drawn: Resampled) -> dict[str, dict[str, Interval]]:
    found: dict[str, dict[str, Interval]] = {}
    for model, measure in drawn.values:
        found.setdefault(model, {})[measure] = drawn.interval(model, measure)
    calibrations = {m: CalibrationDraws(evidence.label, p) for m, p in _models(evidence).items()}
    errors: dict[str, list[float]] = {model: [] for model in calibrations}
    for weight in draws_of(evidence.label, None, evidence.seed, REPLICATES):
        for model, one in calibrations.items():
            errors[model].append(one.error(weight))
    for model, one in calibrations.items():
        found[model]["calibration_error"] = one.interval(np.array(errors[model]))
    return found


def sentence(checks: tuple[Check, ...], *, promote: bool) -> str:
    """What was decided and why, from the checks that mattered."""
    taken = _route_taken(checks)
    if promote:
        named = taken or [check for check in checks if check.relation == "above"]
        return f"Promoted: {' and '.join(check.words for check in named)}."
    failed = [c for c in checks if not c.passed and (c.route is None or not taken)]
    return f"Not promoted: {' and '.join(_not(check) for check in failed)}."


def _route_taken(checks: Sequence[Check]) -> list[Check]:
    """The checks of the first route that is passed whole; none where no route is."""
    for route in dict.fromkeys(check.route for check in checks if check.route):
        found = [check for check in checks if check.route == route]
        if all(check.passed for check in found):
            return found
    return []


def _not(check: Check) -> str:
    return f"{check.name} is {_number(check.value)}, not {check.relation} {_number(check.limit)}"


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".") if abs(value) < 10 else f"{value:,.0f}"
