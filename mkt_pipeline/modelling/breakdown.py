"""From the usual customer to one customer, contribution by contribution."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from mkt_pipeline.modelling.contributions import Explainer
from mkt_pipeline.modelling.reasons import WEAKEST, Reasons


@dataclass(frozen=True)
class Contribution:
    """What one feature moves, in log-odds, and what is said of it by language."""

    feature: str
    texts: Mapping[str, str]
    log_odds: float


@dataclass(frozen=True)
class Breakdown:
    """All that speaks for and against one customer, strongest first.

    ``contributions`` and ``remainder``, which is what each too weak to be named moves together, add
    up to ``log_odds`` less ``usual_log_odds``. Where the model is calibrated ``in_steps``,
    customers of one step share a propensity, which lies beside what log-odds alone would give.
    """

    propensity: float
    usual_propensity: float
    log_odds: float
    usual_log_odds: float
    contributions: tuple[Contribution, ...]
    remainder: float
    in_steps: bool


def breakdown(explainer: Explainer, reasons: Reasons, frame: pd.DataFrame) -> Breakdown:
    """The breakdown of the one customer in ``frame``, which has the columns of the features."""
    told = explainer.explained(frame)
    moved = dict(zip(explainer.features, told.contributions[0].tolist(), strict=True))
    named = {feature: value for feature, value in moved.items() if abs(value) >= WEAKEST}
    strongest = sorted(named, key=lambda feature: -abs(named[feature]))
    usual = explainer.usual_log_odds
    return Breakdown(
        propensity=float(told.propensity[0]),
        usual_propensity=explainer.usual_propensity,
        log_odds=usual + sum(moved.values()),
        usual_log_odds=usual,
        contributions=tuple(
            Contribution(one.name, reasons.texts(one, frame[one.name].iloc[0]), named[one])
            for one in strongest
        ),
        remainder=sum(value for feature, value in moved.items() if feature not in named),
        in_steps=explainer.model.calibrator.method == "isotonic",
    )
