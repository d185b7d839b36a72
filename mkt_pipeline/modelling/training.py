"""Fit, calibrate, choose, and test once."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.errors import TrainingRefusedError
from mkt_pipeline.modelling.baseline import Roles, calibrated_rule, fit_rule
from mkt_pipeline.modelling.calibration import Calibrated, Calibrator, choose_method
from mkt_pipeline.modelling.candidate import Candidate
from mkt_pipeline.modelling.candidates import CANDIDATES
from mkt_pipeline.modelling.labelled import Labelled, require_both_classes
from mkt_pipeline.modelling.last_period import LastPeriodRepeat
from mkt_pipeline.modelling.metrics import evaluate
from mkt_pipeline.modelling.outcome import Trained, TrainingOutcome, Window
from mkt_pipeline.modelling.propensity import Scores, propensity_of
from mkt_pipeline.modelling.reference import reference_of
from mkt_pipeline.modelling.signature import frame_differences


def train(
    *,
    features: Sequence[Feature],
    train: Labelled,
    validation: Labelled,
    test: Labelled,
    roles: Roles,
    last_period: str,
    seed: int,
    candidates: Sequence[Candidate] = CANDIDATES,
) -> TrainingOutcome:
    """Train every candidate and the baselines, choose one, and measure all on the test window.

    ``roles`` and ``last_period`` name the features that the rules of thumb go by.

    A candidate is fitted on ``train``. On ``validation`` it is calibrated and its average
    precision taken; the best is chosen. Doing both there flatters nobody: a calibrator is
    strictly increasing, so it cannot change the order of customers that average precision is
    made of, and the probabilities measured there are cross-fitted. ``test`` is looked at once,
    after the choice: by then nothing can be influenced by it, and all are measured so that a
    reader can compare them. Refused: a window that is empty, has one class only, does not have
    the columns of ``features`` or begins before the earlier ones end.
    """
    _require_usable(features, train, validation, test)
    baselines = _baselines(train, validation, roles, last_period)
    tried = tuple(_trained(c, features, train, validation, seed) for c in candidates)
    chosen = max(tried, key=lambda t: t.validation["average_precision"])
    scored = {t.name: propensity_of(t.model, test.frame) for t in (*tried, *baselines)}
    return TrainingOutcome(
        features=tuple(features),
        candidates=tried,
        baselines=baselines,
        chosen=chosen,
        windows=_windows(train, validation, test),
        tests={name: evaluate(label=test.label, propensity=p) for name, p in scored.items()},
        propensities=scored,
        reference=reference_of(train.frame, features),
        seed=seed,
    )


def _trained(
    candidate: Candidate,
    features: Sequence[Feature],
    train: Labelled,
    validation: Labelled,
    seed: int,
) -> Trained:
    pipeline = candidate.fitted(features, train, seed)
    score = pipeline.decision_function(validation.frame)
    method, cross_fitted = choose_method(score, validation.label, seed=seed)
    return Trained(
        name=candidate.name,
        title=candidate.title,
        parameters={**candidate.defaults, **candidate.notes},
        calibration=method,
        model=Calibrated(pipeline, Calibrator(method).fit(score, validation.label)),
        validation=evaluate(label=validation.label, propensity=cross_fitted, ranking=score),
    )


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
