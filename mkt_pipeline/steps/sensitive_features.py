"""Which features of a night no model may use."""

from collections.abc import Sequence

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.errors import BadInputError


def sensitive_features(use_case: UseCase, features: Sequence[Feature]) -> tuple[Feature, ...]:
    """Those that the use case marks; refused: a name that is no feature, and protects nobody."""
    names = {feature.name for feature in features}
    if unknown := [name for name in use_case.sensitive if name not in names]:
        raise BadInputError(
            f"use case {use_case.name} marks {', '.join(unknown)} as sensitive, which is no feature"
            " here",
            remedy="write names as docs/FEATURES.md has them, or leave them out",
        )
    return tuple(feature for feature in features if feature.name in use_case.sensitive)
