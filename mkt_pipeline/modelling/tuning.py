"""Tuning the parameters of a candidate within a budget, on folds in time order.

The search is Optuna's tree-structured Parzen estimator (Bergstra et al. 2011), its pruning the
median rule (Golovin et al. 2017): a trial ends early that is below the median of the others on the
same folds.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import average_precision_score

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.contracts.trial import Parameter, Trial
from mkt_pipeline.modelling.candidate import Candidate, Options, Range
from mkt_pipeline.modelling.labelled import Labelled
from mkt_pipeline.modelling.rolling_origin import Fold

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

TRIAL_ROWS = 40_000
"""Rows that a trial learns from at most: which parameters are better shows on a part."""

UNPRUNED = 4
"""Trials that see all folds before any is pruned."""

OnTrial = Callable[[Trial], None]


def nobody(_: Trial) -> None:
    """Hears of trials where nobody wants to."""


@dataclass(frozen=True)
class Budget:
    """At most so many trials, and none begun after so many seconds; the first always ends."""

    trials: int
    seconds: float


@dataclass(frozen=True)
class Tuning:
    """What trials are made of, the same for every candidate."""

    features: Sequence[Feature]
    folds: Sequence[Fold]
    seed: int
    budget: Budget

    def run(
        self, candidate: Candidate, *, known: Sequence[Trial] = (), on_trial: OnTrial = nobody
    ) -> tuple[Trial, ...]:
        """All trials, those ``known`` from a run that was killed among them.

        Of more ``known`` ones than the budget has trials, the first count. The first has the
        defaults. What a trial tries depends on the trials before it and on the
        seed alone, so that a search that is taken up again goes the same way. ``on_trial`` is
        called with each new trial when it has ended.
        """
        trials, began = list(known[: self.budget.trials]), time.monotonic()
        folds = [replace(fold, train=_part(fold.train, self.seed)) for fold in self.folds]
        while len(trials) < self.budget.trials:
            if trials and time.monotonic() - began >= self.budget.seconds:
                break
            trials.append(self._trial(candidate, folds, trials))
            on_trial(trials[-1])
        return tuple(trials)

    def _trial(self, candidate: Candidate, folds: Sequence[Fold], before: Sequence[Trial]) -> Trial:
        number, began = len(before), time.monotonic()
        parameters = _suggested(candidate, before, self.seed + number)
        figures: list[float] = []
        for fold in folds:
            pipeline = candidate.fitted(self.features, fold.train, self.seed, parameters)
            score = pipeline.decision_function(fold.validation.frame)
            figures.append(float(average_precision_score(fold.validation.label, score)))
            if len(figures) < len(folds) and _is_behind(figures, before):
                break
        seconds = time.monotonic() - began
        pruned = len(figures) < len(folds)
        return Trial(candidate.name, number, parameters, tuple(figures), pruned, seconds)


def best_of(trials: Sequence[Trial]) -> Trial:
    """The trial of the highest mean among those that saw all folds; the earliest of equals."""
    return max((one for one in trials if not one.pruned), key=lambda one: one.mean)


def _is_behind(figures: Sequence[float], before: Sequence[Trial]) -> bool:
    seen = len(figures)
    others = [sum(one.figures[:seen]) for one in before if len(one.figures) >= seen]
    return len(before) >= UNPRUNED and sum(figures) < median(others)


def _suggested(candidate: Candidate, before: Sequence[Trial], seed: int) -> dict[str, Parameter]:
    """The defaults first; then what the search makes of the trials before."""
    if not before or not candidate.space:
        return dict(candidate.defaults)
    # Imported here, for the other steps do without it.
    import optuna
    from optuna.trial import TrialState

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    space = {name: _distribution(one) for name, one in candidate.space.items()}
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=UNPRUNED)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    for one in before:
        study.add_trial(
            optuna.trial.create_trial(
                params={name: one.parameters[name] for name in space},
                distributions=space,
                state=TrialState.PRUNED if one.pruned else TrialState.COMPLETE,
                value=None if one.pruned else one.mean,
                intermediate_values=dict(enumerate(one.figures)),
            )
        )
    return {**candidate.defaults, **study.ask(space).params}


def _distribution(one: Range | Options) -> "BaseDistribution":
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if isinstance(one, Options):
        return CategoricalDistribution(list(one.values))
    if one.whole:
        return IntDistribution(int(one.low), int(one.high), log=one.log)
    return FloatDistribution(one.low, one.high, log=one.log)


def _part(data: Labelled, seed: int) -> Labelled:
    """At most ``TRIAL_ROWS`` rows, drawn without looking at anything."""
    if data.rows <= TRIAL_ROWS:
        return data
    drawn = np.random.default_rng(seed).choice(data.rows, TRIAL_ROWS, replace=False)
    drawn.sort()
    frame = data.frame.iloc[drawn].reset_index(drop=True)
    return Labelled(frame, data.label[drawn], data.as_of[drawn])
