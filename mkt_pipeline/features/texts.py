"""Features from texts that customers wrote: how many, how lately, how they rated."""

from collections.abc import Iterator

import ibis.expr.types as ir

from mkt_pipeline.features.definition import Definition, define
from mkt_pipeline.features.frame_of_reference import FrameOfReference


def text_features(texts: ir.Table, reference: FrameOfReference) -> Iterator[Definition]:
    """Aggregates over a customer's texts before the as-of, with the column ``days``."""
    days = reference.windows[-1]
    # A sum of decimals does not depend on the order of the rows, as one of floats does; what no
    # decimal can hold (infinity) is no rating.
    rating = texts.rating.try_cast("decimal(18, 6)")
    yield define(
        "days_since_last_text",
        "texts",
        "number",
        description="Days since the customer last wrote a text",
        reason="wrote to us {value} day(s) ago",
        missing="text from the customer",
        expression=texts.days.min(),
    )
    yield define(
        f"texts_{days}d",
        "texts",
        "number",
        description=f"Texts written in the last {days} days",
        reason=f"wrote to us {{value}} time(s) in the last {days} days",
        expression=(texts.days <= days).sum(),
        absent=0,
    )
    yield define(
        "mean_rating",
        "texts",
        "number",
        description="Mean rating that the customer gave",
        reason="rates us {value} on average",
        missing="rating",
        expression=rating.sum().cast("float64") / rating.count().nullif(0),
    )
