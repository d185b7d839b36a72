"""Did the target event happen in [D + gap, D + gap + horizon)?"""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.errors import TrainingRefusedError
from mkt_pipeline.features.state import state_as_of


def target_customers(
    timelines: Mapping[str, ir.Table], *, use_case: UseCase, as_of: AsOf, known: AsOf
) -> ir.Table:
    """The customers for whom the event happened in the window of ``as_of``.

    One row each, with ``customer_id``. ``timelines`` are those of the change logs by entity.
    Outcomes are read as known at ``known``; a window that is not closed by then is refused, for
    its missing events would count as "did not happen".
    """
    opens = as_of.shifted(use_case.gap_days)
    closes = opens.shifted(use_case.horizon_days)
    if closes > known:
        raise TrainingRefusedError(
            f"the label window of {as_of} closes on {closes}, after {known}",
            remedy=f"use an as-of of {closes} or later",
        )
    lines = state_as_of(timelines["orders"], cutoff=known.cutoff)
    happened = lines.filter(
        lines.status == use_case.target.status,
        lines.ordered_at >= ibis.literal(opens.cutoff),
        lines.ordered_at < ibis.literal(closes.cutoff),
    )
    if use_case.target.categories:
        products = state_as_of(timelines["products"], cutoff=known.cutoff)
        wanted = products.filter(products.category.isin(use_case.target.categories))
        happened = happened.semi_join(wanted, "product_id")
    return happened.select("customer_id").distinct()
