"""Fit, calibrate, choose, and test once."""

from collections.abc import Sequence
from dataclasses import asdict

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.errors import TrainingRefusedError
from mkt_pipeline.modelling.baseline import Roles, calibrated_rule, fit_rule
from mkt_pipeline.modelling.calibration import Calibrated, Calibrator, choose_method
from mkt_pipeline.modelling.candidate import Candidate
from mkt_pipeline.modelling.candidates import CANDIDATES
from mkt_pipeline.modelling.labelled import Labelled, require_both_classes
from mkt_pipeline.modelling.metrics import evaluate
from mkt_pipeline.modelling.outcome import Trained, TrainingOutcome, Window
from mkt_pipeline.modelling.propensity import propensity_of
from mkt_pipeline.modelling.reference import reference_of
from mkt_pipeline.modelling.signature import frame_differences


def train(
    *,
    features: Sequence[Feature],
    train: Labelled,
    validation: Labelled,
    test: Labelled,
    roles: Roles,
    seed: int,
    candidates: Sequence[Candidate] = CANDIDATES,
) -> TrainingOutcome:
    """Train every candidate and the baseline, choose one, and measure all on the test window.

    A candidate is fitted on ``train``. On ``validation`` it is calibrated and its average
    precision taken; the best is chosen. Doing both there flatters nobody: a calibrator is
    strictly increasing, so it cannot change the order of customers that average precision is
    made of, and the probabilities measured there are cross-fitted. ``test`` is looked at once,
    after the choice: by then nothing can be influenced by it, and all are measured so that a
    reader can compare them. Refused: a window that is empty, has one class only, does not have
    the columns of ``features`` or begins before the earlier ones end.
    """
    _require_usable(features, train, validation, test)
    rule = _trained_baseline(train, validation, roles)
    tried = tuple(_trained(c, features, train, validation, seed) for c in candidates)
    chosen = max(tried, key=lambda t: t.validation["average_precision"])
    scored = {t.name: propensity_of(t.model, test.frame) for t in (*tried, rule)}
    return TrainingOutcome(
        features=tuple(features),
        candidates=tried,
        baseline=rule,
        chosen=chosen,
        windows=_windows(train, validation, test),
        tests={name: evaluate(label=test.label, propensity=p) for name, p in scored.items()},
        test_propensity=scored[chosen.name],
        baseline_propensity=scored[rule.name],
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
    pipeline = candidate.pipeline(features, seed).fit(train.frame, train.label)
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


def _trained_baseline(train: Labelled, validation: Labelled, roles: Roles) -> Trained:
    rule = fit_rule(train, roles)
    model = calibrated_rule(rule, train)
    propensity = propensity_of(model, validation.frame)
    return Trained(
        name="baseline",
        title="Recency-frequency-money rule",
        parameters={**asdict(roles), **rule.learned},
        calibration="sigmoid",
        model=model,
        validation=evaluate(label=validation.label, propensity=propensity),
    )


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
