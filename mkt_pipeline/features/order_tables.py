"""Order lines before the as-of, summed to what features count: orders, and categories in them."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from mkt_pipeline.features.frame_of_reference import FrameOfReference


@dataclass(frozen=True)
class OrderTables:
    """The same purchases at three grains; each has ``customer_id``, ``status`` and ``days``.

    ``lines`` are order lines with ``category`` and ``is_target``. ``orders`` has one row per
    order and status with ``amount``, ``has_target``, ``has_campaign`` and, for quotes,
    ``after_last_target``. ``categories`` has one row per order, status and category.
    """

    lines: ir.Table
    orders: ir.Table
    categories: ir.Table


def order_tables(state: ir.Table, products: ir.Table, reference: FrameOfReference) -> OrderTables:
    """Sum up the state of the order lines; ``products`` gives their categories.

    Counting rows of a sum is several times cheaper than counting distinct order numbers once for
    every window.
    """
    lines = with_category(events_before(state, "ordered_at", reference), products, reference)
    keys = ["customer_id", "order_id", "status"]
    orders = lines.group_by(keys).aggregate(
        days=lines.days.min(),
        amount=lines.amount.sum(),
        has_target=lines.is_target.any(),
        has_campaign=lines.campaign_id.notnull().any(),
    )
    bought = (orders.status == "confirmed") & orders.has_target
    last_target = orders.days.min(where=bought).over(group_by=orders.customer_id)
    categories = lines.filter(lines.category.notnull())
    return OrderTables(
        lines,
        orders.mutate(after_last_target=(orders.days < last_target).fill_null(True)),
        categories.group_by([*keys, "category"]).aggregate(days=categories.days.min()),
    )


def events_before(events: ir.Table, time: str, reference: FrameOfReference) -> ir.Table:
    """Events before the as-of, with ``days`` from the event to it."""
    happened = events.filter(events[time] < ibis.literal(reference.as_of.cutoff))
    return happened.mutate(days=reference.days_before(happened[time]))


def with_category(events: ir.Table, products: ir.Table, reference: FrameOfReference) -> ir.Table:
    """Events with the ``category`` of their product and whether it ``is_target``."""
    categories = products.select("product_id", "category")
    joined = events.left_join(categories, "product_id").drop("product_id_right")
    return joined.mutate(is_target=reference.is_target_category(joined.category))
