"""What the gate looks at, gathered after a training."""

import logging
import time
from collections.abc import Mapping
from datetime import date

import numpy as np
import numpy.typing as npt

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.errors import ModelRefusedError, NoChampionError
from mkt_pipeline.modelling.calibrated_days import propensity_by_day
from mkt_pipeline.modelling.drift import score_stability
from mkt_pipeline.modelling.gate import Evidence, Model
from mkt_pipeline.modelling.labelled import Labelled
from mkt_pipeline.modelling.outcome import TrainingOutcome
from mkt_pipeline.modelling.propensity import propensity_of
from mkt_pipeline.steps.scoring_model import refuse_misfit
from mkt_pipeline.steps.training_data import TrainingData
from mkt_pipeline.steps.window_parts import WindowParts, window_parts
from mkt_pipeline.tracking.champion import Champion
from mkt_pipeline.tracking.model_files import model_bytes
from mkt_pipeline.tracking.server import Tracking

log = logging.getLogger(__name__)


def gate_evidence(
    use_case: UseCase,
    outcome: TrainingOutcome,
    data: TrainingData,
    as_of: AsOf,
    champion: Champion | None,
    parts: WindowParts,
) -> Evidence:
    """Measured on the test window of this training, champion included; ``parts`` of the challenger
    are told as well.
    """
    began = time.monotonic()
    propensity_of(outcome.chosen.model, data.test.frame)
    seconds = time.monotonic() - began
    return Evidence(
        label=data.test.label,
        challenger=_model(outcome.test_propensity, as_of.day, parts),
        champion=None if champion is None else _scored(use_case, champion, data),
        rules=_rules(outcome),
        calibrated_on=data.validation.rows,
        score_stability=_stability(outcome, data),
        model_bytes=model_bytes(outcome.chosen.model),
        seconds_per_million=seconds / data.test.rows * 1e6,
        seed=outcome.seed,
    )


def comparable_champion(
    tracking: Tracking, use_case: UseCase, data: TrainingData
) -> Champion | None:
    """The champion, or None where there is none that could score the test window."""
    try:
        champion = tracking.champion(use_case.name)
        # With all that a night offers: what nothing new is learned from may have been learned once.
        refuse_misfit(champion, data.offered, use_case.sensitive)
    except NoChampionError:
        return None
    except ModelRefusedError as refused:
        # A champion that cannot score today's features protects nobody: the challenger has to
        # pass as a first one.
        log.warning("the champion is left out of the comparison: %s", refused)
        return None
    return champion


def _model(propensity: npt.NDArray[np.float64], trained: date, parts: WindowParts) -> Model:
    return Model(propensity, trained, parts.promise_off, parts.ranking_off)


def _stability(outcome: TrainingOutcome, data: TrainingData) -> float:
    """Of the model's own scores, in which the season has no part."""
    model = outcome.chosen.model
    before, after = (model.decision_function(p.frame) for p in (data.validation, data.test))
    return score_stability(before, after)


def _scored(use_case: UseCase, champion: Champion, data: TrainingData) -> Model:
    frame = data.offered_test[[feature.name for feature in champion.features]]
    trained = date.fromisoformat(champion.tags["as_of"])
    given = Labelled(frame, data.test.label, data.test.as_of)
    propensity = propensity_by_day(champion.model, given)
    return _model(propensity, trained, window_parts(use_case, data, propensity))


def _rules(outcome: TrainingOutcome) -> Mapping[str, Model]:
    return {
        f"the {one.title[0].lower()}{one.title[1:]}": Model(outcome.propensities[one.name])
        for one in outcome.baselines
    }
