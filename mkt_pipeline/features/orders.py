"""Features from orders: recency, frequency, money, trend, rhythm, target and quotes."""

from collections.abc import Iterator

import ibis.expr.types as ir

from mkt_pipeline.features.definition import Definition, define
from mkt_pipeline.features.frame_of_reference import FrameOfReference


def order_features(orders: ir.Table, reference: FrameOfReference) -> Iterator[Definition]:
    """Aggregates over the orders of a customer, as in ``OrderTables.orders``."""
    confirmed = orders.status == "confirmed"
    yield from _recency(orders, confirmed)
    for days in reference.windows:
        yield from _window(orders, confirmed & (orders.days <= days), days)
    yield from _trend(orders, confirmed, reference.windows[-1])
    yield from _lifetime(orders, confirmed)
    yield from _rhythm(orders, confirmed)
    yield from _campaigns(orders, confirmed)
    yield from _target(orders, confirmed, reference.target_noun)
    yield from _quotes(orders, reference.windows)


def _recency(orders: ir.Table, confirmed: ir.BooleanValue) -> Iterator[Definition]:
    yield define(
        "days_since_last_order",
        "recency",
        "number",
        description="Days since the last confirmed order",
        reason="last order {value} day(s) ago",
        missing="order",
        expression=orders.days.min(where=confirmed),
    )
    yield define(
        "days_since_first_order",
        "recency",
        "number",
        description="Days since the first confirmed order",
        reason="first order {value} day(s) ago",
        missing="order",
        expression=orders.days.max(where=confirmed),
    )


def _window(orders: ir.Table, inside: ir.BooleanValue, days: int) -> Iterator[Definition]:
    yield define(
        f"orders_{days}d",
        "frequency",
        "number",
        description=f"Confirmed orders in the last {days} days",
        reason=f"{{value}} order(s) in the last {days} days",
        expression=inside.sum(),
        absent=0,
    )
    yield define(
        f"amount_{days}d",
        "money",
        "number",
        description=f"Amount of confirmed orders in the last {days} days",
        reason=f"bought for {{value}} in the last {days} days",
        expression=orders.amount.sum(where=inside).fill_null(0),
        absent=0,
    )


def _trend(orders: ir.Table, confirmed: ir.BooleanValue, days: int) -> Iterator[Definition]:
    recent = confirmed & (orders.days <= days)
    before = confirmed & (orders.days > days) & (orders.days <= 2 * days)
    yield define(
        "orders_trend",
        "trend",
        "number",
        description=f"Orders of the last {days} days less those of the {days} days before",
        reason=f"{{value}} order(s) more|fewer in the last {days} days than in the {days} before",
        expression=recent.sum() - before.sum(),
        absent=0,
    )
    yield define(
        "amount_trend",
        "trend",
        "number",
        description=f"Amount of the last {days} days less that of the {days} days before",
        reason=f"spent {{value}} more|less in the last {days} days than in the {days} before",
        expression=orders.amount.sum(where=recent).fill_null(0)
        - orders.amount.sum(where=before).fill_null(0),
        absent=0,
    )


def _lifetime(orders: ir.Table, confirmed: ir.BooleanValue) -> Iterator[Definition]:
    count = confirmed.sum()
    yield define(
        "orders_total",
        "frequency",
        "number",
        description="Confirmed orders ever",
        reason="{value} order(s) so far",
        expression=count,
        absent=0,
    )
    yield define(
        "amount_per_order",
        "money",
        "number",
        description="Mean amount of a confirmed order",
        reason="spends {value} an order",
        missing="order",
        expression=orders.amount.sum(where=confirmed).cast("float64") / count.nullif(0),
    )


def _rhythm(orders: ir.Table, confirmed: ir.BooleanValue) -> Iterator[Definition]:
    span = orders.days.max(where=confirmed) - orders.days.min(where=confirmed)
    gap = span / (confirmed.sum() - 1).nullif(0)
    yield define(
        "days_between_orders",
        "rhythm",
        "number",
        description="Mean days from one confirmed order to the next",
        reason="orders every {value} day(s)",
        missing="second order",
        expression=gap,
    )
    yield define(
        "order_overdue",
        "rhythm",
        "number",
        description="Days since the last order, in mean gaps between orders",
        reason="{value} usual gaps between orders have passed since the last",
        missing="second order",
        expression=orders.days.min(where=confirmed) / gap.nullif(0),
    )


def _campaigns(orders: ir.Table, confirmed: ir.BooleanValue) -> Iterator[Definition]:
    yield define(
        "campaign_orders_total",
        "campaign",
        "number",
        description="Confirmed orders that a campaign brought",
        reason="{value} order(s) came from a campaign",
        expression=(confirmed & orders.has_campaign).sum(),
        absent=0,
    )


def _target(orders: ir.Table, confirmed: ir.BooleanValue, noun: str) -> Iterator[Definition]:
    target = confirmed & orders.has_target
    yield define(
        "days_since_last_target",
        "target",
        "number",
        description="Days since the last confirmed order of what is predicted",
        reason=f"last {noun} bought {{value}} day(s) ago",
        missing=f"earlier order of {noun}",
        expression=orders.days.min(where=target),
    )
    yield define(
        "target_orders_total",
        "target",
        "number",
        description="Confirmed orders of what is predicted, ever",
        reason=f"{noun} bought {{value}} time(s)",
        expression=target.sum(),
        absent=0,
    )


def _quotes(orders: ir.Table, windows: tuple[int, ...]) -> Iterator[Definition]:
    quote = orders.status == "quote"
    yield define(
        "days_since_last_quote",
        "quotes",
        "number",
        description="Days since the last quote",
        reason="last quote {value} day(s) ago",
        missing="quote",
        expression=orders.days.min(where=quote),
    )
    for days in windows:
        inside = quote & (orders.days <= days)
        yield define(
            f"quotes_{days}d",
            "quotes",
            "number",
            description=f"Quotes of the last {days} days",
            reason=f"{{value}} quote(s) in the last {days} days",
            expression=inside.sum(),
            absent=0,
        )
    yield define(
        "open_quotes",
        "quotes",
        "number",
        description=f"Quotes of the last {windows[-1]} days later than the last confirmed order"
        " of what is predicted",
        reason="{value} quote(s) still open",
        expression=(quote & (orders.days <= windows[-1]) & orders.after_last_target).sum(),
        absent=0,
    )
