"""The lake of the settings."""

from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.settings import Settings


def lake_of(settings: Settings) -> Lake:
    """Open nothing yet; the lake is read and written when asked."""
    return Lake(
        settings.lake,
        settings.source,
        settings.time_zone,
        settings.home.resolve() / "scratch",
        settings.memory_limit,
        settings.threads,
    )
