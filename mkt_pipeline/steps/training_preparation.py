"""What comes before the search for parameters, the same for every candidate of a training."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.trial import Trial
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.modelling.baseline import Roles
from mkt_pipeline.modelling.feature_selection import Selection, select_features
from mkt_pipeline.modelling.labelled import require_both_classes
from mkt_pipeline.modelling.last_period import last_period_feature
from mkt_pipeline.modelling.rolling_origin import rolling_folds
from mkt_pipeline.modelling.tuning import Budget, OnTrial, Tuning
from mkt_pipeline.modelling.windows import TrainingWindows, training_windows
from mkt_pipeline.steps.features import pin_vocabulary
from mkt_pipeline.steps.run_tags import run_tags
from mkt_pipeline.steps.training_data import TrainingData, training_data
from mkt_pipeline.tracking.server import Tracking


@dataclass(frozen=True)
class Prepared:
    """``data`` with the features that models learn from, ``whole`` before any was dropped.

    ``study`` names the search: the same for the same data, features, seed, folds and code, so that
    its trials are found again, whichever process made them.
    """

    use_case: UseCase
    as_of: AsOf
    whole: TrainingData
    data: TrainingData
    selection: Selection | None
    tuning: Tuning
    tags: Mapping[str, str]
    study: str

    def known_trials(self, tracking: Tracking) -> tuple[Trial, ...]:
        """The trials of this search that have ended."""
        return tracking.known_trials(use_case=self.use_case.name, study=self.study)

    def remembering(self, tracking: Tracking) -> OnTrial:
        """Hears of each trial and makes it a run."""

        def log(trial: Trial) -> None:
            tracking.log_trial(
                use_case=self.use_case,
                as_of=self.as_of,
                study=self.study,
                trial=trial,
                tags=self.tags,
            )

        return log


def prepare_training(
    *, lake: Lake, use_case: UseCase, as_of: AsOf, origin: Mapping[str, str]
) -> Prepared:
    """Training data of past days with outcomes as known at ``as_of``, selected features, folds.

    Refused: a window in which nobody or everybody has the target event.
    """
    whole = training_data(
        lake=lake,
        use_case=use_case,
        known=as_of,
        windows=windows_of(lake, use_case, as_of),
        vocabulary=pin_vocabulary(lake=lake, use_case=use_case, as_of=as_of),
    )
    # Labels of one class say nothing about features, and deserve their own words.
    require_both_classes(whole.train, window="training")
    require_both_classes(whole.test, window="test")
    selection = _selection(whole, use_case)
    data = whole.with_only(selection.kept) if selection else whole
    tags = run_tags(lake=lake, latest=whole.latest, origin=origin)
    tuning = _tuning(data, use_case)
    study = _study(data, use_case, tags)
    return Prepared(use_case, as_of, whole, data, selection, tuning, tags, study)


def windows_of(lake: Lake, use_case: UseCase, as_of: AsOf) -> TrainingWindows:
    """The dates of training, validation and test, from what the lake covers."""
    with lake.session() as session:
        first_day = lake.first_day(session).date()
    return training_windows(
        as_of=as_of,
        first_day=first_day,
        horizon_days=use_case.horizon_days,
        gap_days=use_case.gap_days,
        step_days=use_case.training.step_days,
        max_dates=use_case.training.max_dates,
    )


def _selection(data: TrainingData, use_case: UseCase) -> Selection | None:
    training = use_case.training
    if not training.feature_selection:
        return None
    return select_features(
        data.features, data.train, seed=training.seed, needed=_of_rules(use_case)
    )


def _of_rules(use_case: UseCase) -> set[str]:
    """The features that the rules of thumb go by."""
    roles = Roles.of_window(max(use_case.windows_days))
    last = last_period_feature(use_case.horizon_days, use_case.windows_days)
    return {*asdict(roles).values(), last}


def _tuning(data: TrainingData, use_case: UseCase) -> Tuning:
    asked, span = use_case.training.tuning, use_case.gap_days + use_case.horizon_days
    folds = rolling_folds(
        train=data.train, validation=data.validation, span_days=span, folds=asked.folds
    )
    budget = Budget(asked.trials, asked.seconds)
    return Tuning(data.features, folds, use_case.training.seed, budget)


def _study(data: TrainingData, use_case: UseCase, tags: Mapping[str, str]) -> str:
    training, names = use_case.training, [feature.name for feature in data.features]
    parts = (data.digest, names, training.seed, training.tuning.folds, tags["code_version"])
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
