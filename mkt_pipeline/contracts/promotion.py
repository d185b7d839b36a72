"""What a challenger has to show before it becomes champion."""

from typing import Annotated, Literal

from pydantic import Field

from mkt_pipeline.contracts.frozen_model import FrozenModel

Measure = Literal[
    "average_precision", "roc_auc", "gain_at_1", "gain_at_5", "gain_at_10", "gain_at_20"
]


class PromotionRules(FrozenModel):
    """Rules of the gate; every comparison is on the same later window.

    A challenger is better than the champion where its ``measure`` (``gain_at_5`` is the share of
    buyers who are among the best five percent of the customers) is higher in at least
    ``probability`` of the draws of a paired bootstrap. It is as good where the same share of draws
    has it less than ``margin`` (a share of the champion's figure) below; that is enough where the
    champion was trained ``fresher_weeks`` or longer before it. Its calibration error may be up to
    ``calibration_error`` times the base rate, or what chance alone explains on so few rows; no
    promise to a slice or segment may be off by more than ``slice_promise`` (a share of its buyers),
    and no slice be ranked worse than all by more than ``slice_ranking`` (of the area under the
    curve), both beyond chance and unless the champion does no better; its scores may have moved by
    a population stability index of ``score_stability`` since they were calibrated; its file may
    have ``model_mb`` megabytes, and a million customers may take it
    ``seconds_per_million``. With the policy ``approve`` a person has to agree as well.
    """

    policy: Literal["auto", "approve"] = "auto"
    measure: Measure = "average_precision"
    probability: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    # A campaign does not notice two percent; beyond, the older model is worth keeping.
    margin: Annotated[float, Field(ge=0, le=0.5)] = 0.02
    # A quarter brings other products, prices and habits.
    fresher_weeks: Annotated[int, Field(ge=1, le=520)] = 13
    # Seasons move the base rate by a fifth between calibrating and testing; a model that is off by
    # twice that promises something else than what happens.
    calibration_error: Annotated[float, Field(gt=0, le=1)] = 0.4
    # Wide: only what nobody would defend. Smaller differences are told, and people decide.
    slice_promise: Annotated[float, Field(gt=0)] = 0.75
    slice_ranking: Annotated[float, Field(gt=0, le=0.5)] = 0.2
    # By convention the bound above which a population is another one (Siddiqi 2006).
    score_stability: Annotated[float, Field(gt=0)] = 0.25
    model_mb: Annotated[float, Field(gt=0)] = 50.0
    seconds_per_million: Annotated[float, Field(gt=0)] = 300.0
