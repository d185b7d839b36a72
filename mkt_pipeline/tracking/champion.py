"""One version of a registered model, resolved once and verified."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.errors import ModelRefusedError
from mkt_pipeline.tracking.trusted_types import TRUSTED_TYPES


@dataclass(frozen=True)
class Champion:
    """A registered model version: what it is, what it needs, and the model itself.

    ``metrics`` are those of its test window, ``tags`` those of its training run, ``features`` are
    its signature, and ``reference`` is the customer that its reasons compare with (NaN or None
    where unknown). The files had the digest that was noted when they were registered.
    """

    name: str
    version: int
    run_id: str
    model_id: str
    url: str
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    features: tuple[Feature, ...]
    reference: Mapping[str, float | str | None]
    content: bytes = field(repr=False)
    digest: str | None = None

    @cached_property
    def model(self) -> Any:  # noqa: ANN401 - any scikit-learn classifier
        """The fitted model, read on first use; unknown types in its file are refused."""
        import skops.io

        foreign = set(skops.io.get_untrusted_types(data=self.content)) - set(TRUSTED_TYPES)
        if foreign:
            raise ModelRefusedError(
                f"version {self.version} of {self.name} holds types that are not allowed: "
                f"{', '.join(sorted(foreign))}",
                remedy="find out who registered it; train anew, or allow the types in "
                "tracking/trusted_types.py",
            )
        return skops.io.loads(self.content, trusted=list(TRUSTED_TYPES))
