"""One scoring: a run that names its model, its use case and its day."""

from collections.abc import Mapping

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.tracking.champion import Champion


def scoring_tags(champion: Champion) -> dict[str, str]:
    """Which model scored, and which run trained it."""
    return {
        "model": champion.name,
        "model_version": str(champion.version),
        "training_run_id": champion.run_id,
    }


def scoring_parameters(use_case: UseCase, as_of: AsOf, champion: Champion) -> Mapping[str, object]:
    """The model, and the settings of the use case that decide who is scored and what follows."""
    rule, eligible = use_case.segments, use_case.eligibility
    return {
        "as_of": as_of,
        "model": champion.name,
        "model_version": champion.version,
        "features": len(champion.features),
        "horizon_days": use_case.horizon_days,
        "gap_days": use_case.gap_days,
        "min_tenure_days": eligible.min_tenure_days,
        "ordered_within_days": eligible.ordered_within_days or "any",
        "segment_rule": rule.rule,
        "segment_high": rule.high,
        "segment_medium": rule.medium,
        "recommend_count": use_case.recommend.count,
        "recommend_categories": ", ".join(use_case.recommend.categories) or "any",
    }
