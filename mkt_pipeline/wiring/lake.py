"""The lake of the settings."""

from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.storage import Storage
from mkt_pipeline.settings import Settings
from mkt_pipeline.wiring.unfinished_restore import refuse_unfinished_restore


def whole_lake(settings: Settings) -> Lake:
    """The lake to work on; refused while a restore has not come to its end."""
    refuse_unfinished_restore(settings.home)
    return lake_of(settings)


def lake_of(settings: Settings) -> Lake:
    """Open nothing yet; the lake is read and written when asked."""
    return Lake(
        settings.lake,
        settings.source,
        settings.time_zone,
        settings.home.resolve() / "scratch",
        settings.memory_limit,
        settings.threads,
        Storage(
            endpoint=settings.lake_endpoint,
            region=settings.lake_region,
            key=settings.lake_key.get_secret_value() if settings.lake_key else None,
            secret=settings.lake_secret.get_secret_value() if settings.lake_secret else None,
            allow_http=settings.lake_allow_http,
        ),
    )
