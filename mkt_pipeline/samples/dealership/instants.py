"""Instants as the journal counts them, and as the driver wants them."""

from datetime import UTC, datetime

from mkt_pipeline.samples.dealership.population import Integers


def as_datetimes(seconds: Integers) -> list[datetime]:
    """Aware datetimes in UTC of seconds since 1970; for short lists."""
    return [datetime.fromtimestamp(value, UTC) for value in seconds.tolist()]
