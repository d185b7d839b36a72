"""Features from interactions: kinds and channels with recency and counts, campaign response."""

from collections.abc import Iterator

import ibis.expr.types as ir

from mkt_pipeline.features.definition import Definition, define, slugs
from mkt_pipeline.features.frame_of_reference import FrameOfReference


def interaction_features(events: ir.Table, reference: FrameOfReference) -> Iterator[Definition]:
    """Aggregates over the interactions of a customer.

    ``events`` lie before the as-of and have the columns ``days`` and ``is_target`` (whether they
    concern a product of what is predicted).
    """
    yield define(
        "days_since_last_interaction",
        "interaction",
        "number",
        description="Days since the last interaction of any kind",
        reason="last contact {value} day(s) ago",
        missing="contact",
        expression=events.days.min(),
    )
    for days in reference.windows:
        yield from _window(events, days, reference.target_noun)
    for kind, slug in slugs(reference.vocabulary.of("kind")).items():
        yield from _kind(events, kind, slug, reference.windows)
    for channel, slug in slugs(reference.vocabulary.of("channel")).items():
        yield _channel(events, channel, slug, reference.windows[-1])
    yield from _campaigns(events, reference.windows[-1])


def _window(events: ir.Table, days: int, noun: str) -> Iterator[Definition]:
    inside = events.days <= days
    yield define(
        f"interactions_{days}d",
        "interaction",
        "number",
        description=f"Interactions in the last {days} days",
        reason=f"{{value}} contact(s) in the last {days} days",
        expression=inside.sum(),
        absent=0,
    )
    yield define(
        f"target_interest_{days}d",
        "interaction",
        "number",
        description=f"Interactions in the last {days} days about products of what is predicted",
        reason=f"{{value}} contact(s) about {noun} in the last {days} days",
        expression=(inside & events.is_target & events.product_id.notnull()).sum(),
        absent=0,
    )


def _kind(events: ir.Table, kind: str, slug: str, windows: tuple[int, ...]) -> Iterator[Definition]:
    words = kind.replace("_", " ")
    of_kind = events.kind == kind
    yield define(
        f"days_since_{slug}",
        "interaction",
        "number",
        description=f"Days since the last {words}",
        reason=f"last {words} {{value}} day(s) ago",
        missing=words,
        expression=events.days.min(where=of_kind),
    )
    for days in windows:
        yield define(
            f"{slug}_{days}d",
            "interaction",
            "number",
            description=f"Count of {words} in the last {days} days",
            reason=f"{{value}} {words}(s) in the last {days} days",
            expression=(of_kind & (events.days <= days)).sum(),
            absent=0,
        )


def _channel(events: ir.Table, channel: str, slug: str, days: int) -> Definition:
    return define(
        f"channel_{slug}_{days}d",
        "channel",
        "number",
        description=f"Interactions through {channel} in the last {days} days",
        reason=f"{{value}} contact(s) through {channel} in the last {days} days",
        expression=((events.channel == channel) & (events.days <= days)).sum(),
        absent=0,
    )


def _campaigns(events: ir.Table, days: int) -> Iterator[Definition]:
    campaign = events.campaign_id.notnull()
    yield define(
        "days_since_campaign",
        "campaign",
        "number",
        description="Days since the last interaction that belongs to a campaign",
        reason="last campaign contact {value} day(s) ago",
        missing="campaign contact",
        expression=events.days.min(where=campaign),
    )
    yield define(
        f"campaign_interactions_{days}d",
        "campaign",
        "number",
        description=f"Interactions that belong to a campaign in the last {days} days",
        reason=f"{{value}} campaign contact(s) in the last {days} days",
        expression=(campaign & (events.days <= days)).sum(),
        absent=0,
    )
