"""Features from what was bought: products, categories, returns, the last of the target."""

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from mkt_pipeline.features.definition import Definition, define, slugs
from mkt_pipeline.features.frame_of_reference import FrameOfReference


def line_features(lines: ir.Table, noun: str) -> Iterator[Definition]:
    """Aggregates over the order lines of a customer, as in ``OrderTables.lines``.

    ``noun`` is what the target is called in reasons.
    """
    confirmed = lines.status == "confirmed"
    yield define(
        "products_bought",
        "mix",
        "number",
        description="Different products bought",
        reason="{value} different product(s) bought",
        expression=lines.product_id.nunique(where=confirmed),
        absent=0,
    )
    yield define(
        "categories_bought",
        "mix",
        "number",
        description="Different product categories bought",
        reason="product categories bought from: {value}",
        expression=lines.category.nunique(where=confirmed),
        absent=0,
    )
    yield define(
        "returns_total",
        "mix",
        "number",
        description="Order lines returned",
        reason="{value} order line(s) returned",
        expression=(lines.status == "returned").sum(),
        absent=0,
    )
    yield define(
        "last_target_amount",
        "target",
        "number",
        description="Amount of the last confirmed order line of what is predicted",
        reason=f"paid {{value}} for the last {noun}",
        missing=f"amount paid for {noun}",
        expression=lines.amount.cast("float64").argmax(
            ibis.struct({"at": lines.ordered_at, "line": lines.order_line_id}),
            where=confirmed & lines.is_target,
        ),
    )


def category_features(orders: ir.Table, reference: FrameOfReference) -> Iterator[Definition]:
    """Aggregates over a customer's orders by category, as in ``OrderTables.categories``."""
    confirmed = orders.status == "confirmed"
    for category, slug in slugs(reference.vocabulary.of("category")).items():
        yield from _category(orders, confirmed & (orders.category == category), category, slug)


def _category(
    orders: ir.Table, inside: ir.BooleanValue, category: str, slug: str
) -> Iterator[Definition]:
    yield define(
        f"orders_in_{slug}",
        "mix",
        "number",
        description=f"Confirmed orders in the category {category}",
        reason=f"{{value}} order(s) of {category}",
        expression=inside.sum(),
        absent=0,
    )
    yield define(
        f"days_since_order_in_{slug}",
        "recency",
        "number",
        description=f"Days since the last confirmed order in the category {category}",
        reason=f"last order of {category} {{value}} day(s) ago",
        missing=f"order of {category}",
        expression=orders.days.min(where=inside),
    )
