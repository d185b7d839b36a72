"""What a run says of itself on its page in MLflow, in a few sentences for a person."""

import numpy as np
import numpy.typing as npt

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.modelling.gate import Decision
from mkt_pipeline.modelling.outcome import TrainingOutcome
from mkt_pipeline.tracking.champion import Champion


def training_note(
    use_case: UseCase, as_of: AsOf, outcome: TrainingOutcome, decision: Decision
) -> str:
    """What was learned from which rows, how good it is on later ones, and what was decided."""
    (rows,) = (window.rows for window in outcome.windows if window.name == "train")
    return (
        f"{use_case.title}: {len(outcome.candidates)} candidates were trained as of {as_of} on"
        f" {rows:,} rows of the training window with {len(outcome.features)} features, and"
        f" {outcome.chosen.title} was chosen by the folds. On the later test window"
        f" its ROC AUC is"
        f" {outcome.test['roc_auc']:.3f} ({outcome.baseline_test['roc_auc']:.3f} by the rule of"
        f" thumb) and the best tenth of customers holds {outcome.test['gain_at_10']:.0%} of all"
        f" customers with the event. {decision.sentence}"
    )


def scoring_note(
    use_case: UseCase, as_of: AsOf, champion: Champion, propensity: npt.NDArray[np.float64]
) -> str:
    """Who was scored, with what, and how high the propensities are."""
    return (
        f"{use_case.title}: {len(propensity):,} customers were scored as of {as_of} with"
        f" {champion.name} version {champion.version}, which was trained as of"
        f" {champion.tags['as_of']}. Their mean propensity is {propensity.mean():.1%}, and one in"
        f" ten has {np.quantile(propensity, 0.9):.1%} or more. In the test window of that training"
        f" {champion.metrics['base_rate']:.1%} had the event."
    )
