"""What customers bought in a window that lay ahead, of those who were eligible before it."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.contracts.vocabulary import Vocabulary
from mkt_pipeline.errors import TrainingRefusedError
from mkt_pipeline.features.eligibility import eligible_customers
from mkt_pipeline.features.frame_of_reference import FrameOfReference
from mkt_pipeline.features.order_tables import events_before
from mkt_pipeline.features.state import state_as_of


def bought_later(
    timelines: Mapping[str, ir.Table], *, use_case: UseCase, as_of: AsOf, known: AsOf
) -> ir.Table:
    """customer_id and product_id, one row each, of confirmed purchases in [D + gap, D + gap +
    horizon) by customers whom the use case scores as of D.

    Who is scored is read as known at D, purchases as known at ``known``. Refused: a window that
    is not closed by then.
    """
    opens = as_of.shifted(use_case.gap_days)
    closes = opens.shifted(use_case.horizon_days)
    if closes > known:
        raise TrainingRefusedError(
            f"the window after {as_of} closes on {closes}, after {known}",
            remedy=f"use an as-of of {closes} or later",
        )
    lines = state_as_of(timelines["orders"], cutoff=known.cutoff)
    bought = lines.filter(
        lines.status == "confirmed",
        lines.ordered_at >= ibis.literal(opens.cutoff),
        lines.ordered_at < ibis.literal(closes.cutoff),
        lines.product_id.notnull(),
    )
    eligible = _eligible(timelines, FrameOfReference(as_of, use_case, Vocabulary({})))
    found = bought.semi_join(eligible, "customer_id")
    return found.select("customer_id", "product_id").distinct()


def _eligible(timelines: Mapping[str, ir.Table], reference: FrameOfReference) -> ir.Table:
    cutoff = reference.as_of.cutoff
    customers = state_as_of(timelines["customers"], cutoff=cutoff)
    lines = events_before(state_as_of(timelines["orders"], cutoff=cutoff), "ordered_at", reference)
    return eligible_customers(customers, lines, reference).select("customer_id")
