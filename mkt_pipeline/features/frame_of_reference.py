"""What every feature needs to know besides the data: the day, the windows, the target."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.contracts.vocabulary import Vocabulary

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True)
class FrameOfReference:
    """One as-of of one use case with its pinned vocabulary."""

    as_of: AsOf
    use_case: UseCase
    vocabulary: Vocabulary

    @property
    def windows(self) -> tuple[int, ...]:
        """Look-back windows in days, shortest first."""
        return tuple(sorted(self.use_case.windows_days))

    @property
    def target_noun(self) -> str:
        """What the target is called in reasons, as in ``last vehicle bought``: no article fits
        every category.
        """
        return " or ".join(self.use_case.target.categories) or "product"

    def days_before(self, instant: ir.TimestampValue) -> ir.FloatingValue:
        """Days from ``instant`` to the as-of; positive for what lies before it."""
        cutoff = int(self.as_of.cutoff.timestamp())
        return (ibis.literal(cutoff) - instant.epoch_seconds()) / float(SECONDS_PER_DAY)

    def is_target_category(self, category: ir.StringValue) -> ir.BooleanValue:
        """Whether a product category belongs to the target event."""
        if not self.use_case.target.categories:
            return ibis.literal(True)
        return category.isin(self.use_case.target.categories).fill_null(False)
