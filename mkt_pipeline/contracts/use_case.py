"""A use case: what is predicted, for whom, over which horizon."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mkt_pipeline.contracts.frozen_model import FrozenModel
from mkt_pipeline.contracts.leaks import LeakLimits
from mkt_pipeline.contracts.monitoring import MonitoringRules
from mkt_pipeline.contracts.promotion import PromotionRules
from mkt_pipeline.contracts.publication_limits import PublicationLimits
from mkt_pipeline.contracts.reason_rules import ReasonRules
from mkt_pipeline.contracts.source import Name

Days = Annotated[int, Field(ge=1, le=3650)]
Share = Annotated[float, Field(gt=0, lt=1)]


class Target(FrozenModel):
    """The event to predict: an order line of this status, of these product categories (all where
    none is named).
    """

    status: Literal["quote", "confirmed"] = "confirmed"
    categories: tuple[str, ...] = ()


class Eligibility(FrozenModel):
    """Who is scored: only active customers known for long enough, and, where set, only those who
    ordered within so many days.
    """

    min_tenure_days: Annotated[int, Field(ge=0)] = 0
    ordered_within_days: Days | None = None


class Thresholds(FrozenModel):
    """Segments by calibrated propensity: high from ``high`` on, medium from ``medium`` on."""

    rule: Literal["thresholds"] = "thresholds"
    high: Share
    medium: Share

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.medium >= self.high:
            raise ValueError(f"medium ({self.medium}) must lie below high ({self.high})")
        return self


class Capacity(FrozenModel):
    """Segments by rank: the best ``high`` customers are high, the next ``medium`` are medium."""

    rule: Literal["capacity"]
    high: Annotated[int, Field(ge=1)]
    medium: Annotated[int, Field(ge=1)]


class Recommend(FrozenModel):
    """Which products may be recommended, how many to each customer, and which methods compete.

    Of goods that are not ``repeatable`` nobody is recommended what they bought already. Methods
    stand in no order here: the simplest that no other beats is used.
    """

    categories: tuple[str, ...] = ()
    count: Annotated[int, Field(ge=1, le=10)] = 3
    repeatable: bool = True
    methods: Annotated[tuple[Name, ...], Field(min_length=1)] = (
        "popularity",
        "personal_frequency",
        "item_to_item",
        "matrix_factorisation",
    )


class Tuning(FrozenModel):
    """The search for the parameters of each candidate: at most ``trials``, of which none begins
    after ``seconds``, each measured on up to ``folds`` later dates. One trial is the defaults.
    """

    trials: Annotated[int, Field(ge=1, le=1000)] = 10
    seconds: Annotated[float, Field(ge=0)] = 40.0
    folds: Annotated[int, Field(ge=1, le=10)] = 3


class Training(FrozenModel):
    """Past as-of dates that make the training data, the kinds of model that compete and the search
    for their parameters, whether features are dropped in which nothing is found, the seed of
    everything random, and what refuses a training.
    """

    step_days: Days = 30
    max_dates: Annotated[int, Field(ge=1, le=60)] = 6
    max_rows: Annotated[int, Field(ge=1000)] = 200_000
    candidates: Annotated[tuple[Name, ...], Field(min_length=1)] = ("logistic", "boosting")
    tuning: Tuning = Tuning()
    feature_selection: bool = True
    seed: int = 7
    leaks: LeakLimits = LeakLimits()


class UseCase(FrozenModel):
    """One YAML file: the label is whether the target happens in [D + gap, D + gap + horizon)."""

    name: Name
    title: str
    owner: str
    sources: tuple[Name, ...]
    target: Target
    horizon_days: Days
    gap_days: Annotated[int, Field(ge=0, le=365)] = 0
    windows_days: Annotated[tuple[Days, ...], Field(min_length=1, max_length=6)] = (30, 90, 365)
    eligibility: Eligibility = Eligibility()
    segments: Annotated[Thresholds | Capacity, Field(discriminator="rule")]
    recommend: Recommend = Recommend()
    reasons: ReasonRules = ReasonRules()
    # Features that no model may use and no reason may name; they are watched nonetheless.
    sensitive: tuple[Name, ...] = ()
    training: Training = Training()
    promotion: PromotionRules = PromotionRules()
    publication: PublicationLimits = PublicationLimits()
    monitoring: MonitoringRules = MonitoringRules()

    @property
    def closes_after_days(self) -> int:
        """Days after an as-of on which its label window has closed."""
        return self.gap_days + self.horizon_days

    def with_budget(self, *, trials: int | None, seconds: float | None) -> Self:
        """The same with another budget for tuning; what is None stays."""
        asked = {"trials": trials, "seconds": seconds}
        given = {name: value for name, value in asked.items() if value is not None}
        tuning = Tuning(**{**self.training.tuning.model_dump(), **given})
        training = self.training.model_copy(update={"tuning": tuning})
        return self.model_copy(update={"training": training})
