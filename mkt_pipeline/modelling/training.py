"""Tune, fit, calibrate, choose, and test once."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.contracts.trial import Trial
from mkt_pipeline.errors import TrainingRefusedError
from mkt_pipeline.modelling.baseline import Roles, calibrated_rule, fit_rule
from mkt_pipeline.modelling.calibrated_days import propensity_by_day
from mkt_pipeline.modelling.calibration import Calibrated, Calibrator, choose_method
from mkt_pipeline.modelling.candidate import Candidate
from mkt_pipeline.modelling.candidates import CANDIDATES
from mkt_pipeline.modelling.labelled import Labelled, require_both_classes
from mkt_pipeline.modelling.last_period import LastPeriodRepeat
from mkt_pipeline.modelling.metrics import evaluate
from mkt_pipeline.modelling.outcome import Trained, TrainingOutcome, Window
from mkt_pipeline.modelling.propensity import Scores, propensity_of
from mkt_pipeline.modelling.random_split import random_split
from mkt_pipeline.modelling.reference import reference_of
from mkt_pipeline.modelling.resampling import HEADLINES, Values, resample
from mkt_pipeline.modelling.season import Season, SeasonFound
from mkt_pipeline.modelling.signature import frame_differences
from mkt_pipeline.modelling.tuning import OnTrial, Tuning, best_of, nobody

NO_SEASON = SeasonFound(None, "No season: no base rates were given.")


def train(
    *,
    features: Sequence[Feature],
    train: Labelled,
    validation: Labelled,
    test: Labelled,
    roles: Roles,
    last_period: str,
    tuning: Tuning,
    candidates: Sequence[Candidate] = CANDIDATES,
    known: Sequence[Trial] = (),
    on_trial: OnTrial = nobody,
    season: SeasonFound = NO_SEASON,
) -> TrainingOutcome:
    """Tune and train every candidate and the baselines, choose one, and measure all on the test.

    ``roles`` and ``last_period`` name the features that the rules of thumb go by. ``known`` are
    trials of an earlier run of the same search, ``on_trial`` hears of each new one. ``season`` (of
    the base rates until the validation) lets every candidate have propensities of other days.

    The parameters of a candidate are those of the highest mean average precision over the folds,
    and so is the candidate chosen. With them it is fitted on ``train`` and calibrated on
    ``validation``, which is the validation of the last fold. Doing both there flatters nobody: a
    calibrator is strictly increasing, so it cannot change the order of customers that average
    precision is made of, and the probabilities measured there are cross-fitted. ``test`` is looked
    at once, after the choice: by then nothing can be influenced by it, and all are measured so that
    a reader can compare them. Refused: a window that is empty, has one class only, does not have
    the columns of ``features`` or begins before the earlier ones end.
    """
    _require_usable(features, train, validation, test)
    baselines = _baselines(train, validation, roles, last_period)
    tried = {}
    for candidate in candidates:
        own = [one for one in known if one.candidate == candidate.name]
        trials = tuning.run(candidate, known=own, on_trial=on_trial)
        tried[candidate.name] = _trained(
            candidate, trials, features, train, validation, tuning.seed, season.season
        )
    chosen = max(tried.values(), key=lambda one: best_of(one.trials).mean)
    every = (*tried.values(), *baselines)
    scored = {one.name: propensity_by_day(one.model, test) for one in every}
    (kind,) = (one for one in candidates if one.name == chosen.name)
    return TrainingOutcome(
        features=tuple(features),
        candidates=tuple(tried.values()),
        baselines=baselines,
        chosen=chosen,
        windows=_windows(train, validation, test),
        tests=_measured(test, scored, tuning.seed),
        propensities=scored,
        reference=reference_of(train.frame, features),
        seed=tuning.seed,
        random_split=random_split(
            kind, features, train, seed=tuning.seed, parameters=best_of(chosen.trials).parameters
        ),
        season=season,
    )


def _trained(
    candidate: Candidate,
    trials: tuple[Trial, ...],
    features: Sequence[Feature],
    train: Labelled,
    validation: Labelled,
    seed: int,
    season: Season | None,
) -> Trained:
    parameters = best_of(trials).parameters
    pipeline = candidate.fitted(features, train, seed, parameters)
    score = pipeline.decision_function(validation.frame)
    method, cross_fitted = choose_method(score, validation.label, seed=seed)
    return Trained(
        name=candidate.name,
        title=candidate.title,
        parameters={**parameters, **candidate.notes},
        calibration=method,
        model=Calibrated(pipeline, Calibrator(method).fit(score, validation.label), season),
        validation=evaluate(label=validation.label, propensity=cross_fitted, ranking=score),
        trials=trials,
    )


def _measured(
    test: Labelled, scored: Mapping[str, Values], seed: int
) -> dict[str, Mapping[str, float]]:
    """Every measure, the headlines also with the ends of their 95 % intervals."""
    drawn = resample(label=test.label, rankings=scored, seed=seed)
    found: dict[str, Mapping[str, float]] = {}
    for name, propensity in scored.items():
        intervals = {measure: drawn.interval(name, measure) for measure in HEADLINES}
        found[name] = {
            **evaluate(label=test.label, propensity=propensity),
            **{f"{measure}_low": one.low for measure, one in intervals.items()},
            **{f"{measure}_high": one.high for measure, one in intervals.items()},
        }
    return found


def _baselines(
    train: Labelled, validation: Labelled, roles: Roles, last_period: str
) -> tuple[Trained, ...]:
    rule = fit_rule(train, roles)
    repeat = LastPeriodRepeat(last_period).fit(train.frame, train.label)
    learned = {**asdict(roles), **rule.learned}
    return (
        _baseline("baseline", "Recency-frequency-money rule", rule, learned, train, validation),
        _baseline(
            "last_period", "Last-period repeat", repeat, {"orders": last_period}, train, validation
        ),
    )


def _baseline(
    name: str,
    title: str,
    rule: Scores,
    parameters: Mapping[str, str],
    train: Labelled,
    validation: Labelled,
) -> Trained:
    model = calibrated_rule(rule, train)
    propensity = propensity_of(model, validation.frame)
    measured = evaluate(label=validation.label, propensity=propensity)
    return Trained(name, title, parameters, "sigmoid", model, measured)


def _windows(train: Labelled, validation: Labelled, test: Labelled) -> tuple[Window, ...]:
    parts = {"train": train, "validation": validation, "test": test}
    return tuple(Window.of(name, data) for name, data in parts.items())


def _require_usable(
    features: Sequence[Feature], train: Labelled, validation: Labelled, test: Labelled
) -> None:
    for name, data in {"training": train, "validation": validation, "test": test}.items():
        require_both_classes(data, window=name)
        differences = frame_differences(features=features, frame=data.frame)
        if differences:
            raise TrainingRefusedError(
                f"the {name} window does not fit the features: {'; '.join(differences)}",
                remedy="build every window with the same feature set",
            )
    if not train.as_of.max() < validation.as_of.min() <= validation.as_of.max() < test.as_of.min():
        raise TrainingRefusedError(
            f"the windows are not in time order: training until {train.as_of.max()}, validation "
            f"from {validation.as_of.min()}, test from {test.as_of.min()}",
            remedy="take the dates from training_windows",
        )
