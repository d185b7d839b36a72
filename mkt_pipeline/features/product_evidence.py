"""What points at a product: purchases, quotes and interactions, as recommendations read them."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.features.state import state_as_of

LOOK_BACK_DAYS = 1_095
"""Three years: what was wanted before says little, and memory is bounded."""


def purchases(timelines: Mapping[str, ir.Table], as_of: AsOf) -> ir.Table:
    """Confirmed purchases: customer_id, product_id and happened_at, one row per day."""
    orders = _recent(state_as_of(timelines["orders"], cutoff=as_of.cutoff), "ordered_at", as_of)
    return _daily(orders.filter(orders.status == "confirmed"))


def evidence(timelines: Mapping[str, ir.Table], as_of: AsOf) -> ir.Table:
    """Quotes and interactions with a product: also ``kind``, the last event of each kind."""
    orders = _recent(state_as_of(timelines["orders"], cutoff=as_of.cutoff), "ordered_at", as_of)
    found = _last(orders.filter(orders.status == "quote").mutate(kind=ibis.literal("quote")))
    if "interactions" not in timelines:
        return found
    state = state_as_of(timelines["interactions"], cutoff=as_of.cutoff)
    return found.union(_last(_recent(state, "occurred_at", as_of)))


def catalogue(timelines: Mapping[str, ir.Table], as_of: AsOf) -> ir.Table:
    """The products as known at the as-of."""
    products = state_as_of(timelines["products"], cutoff=as_of.cutoff)
    return products.select("product_id", "name", "category", "is_active")


def _recent(events: ir.Table, time: str, as_of: AsOf) -> ir.Table:
    begins = as_of.shifted(-LOOK_BACK_DAYS).cutoff
    instant = events[time]
    inside = (instant >= ibis.literal(begins)) & (instant < ibis.literal(as_of.cutoff))
    return events.filter(inside & events.product_id.notnull()).mutate(happened_at=instant)


def _daily(events: ir.Table) -> ir.Table:
    day = events.happened_at.epoch_seconds() // 86_400
    keyed = events.mutate(day=day).group_by(["customer_id", "product_id", "day"])
    return keyed.aggregate(happened_at=ibis._.happened_at.max()).drop("day")


def _last(events: ir.Table) -> ir.Table:
    keyed = events.group_by(["customer_id", "product_id", "kind"])
    return keyed.aggregate(happened_at=ibis._.happened_at.max())
