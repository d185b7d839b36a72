"""Where the metrics of the settings go."""

from typing import TypeVar

from mkt_pipeline.contracts.night import Facts
from mkt_pipeline.metrics.meter import Meter, Nowhere, StatsdServer
from mkt_pipeline.metrics.of_steps import samples_of
from mkt_pipeline.settings import Settings

Result = TypeVar("Result", bound=Facts)


def meter_of(settings: Settings) -> Meter:
    """The StatsD server that is configured; nothing is opened before something is sent."""
    if settings.statsd_host is None:
        return Nowhere()
    return StatsdServer(settings.statsd_host, settings.statsd_port)


def metered(settings: Settings, result: Result) -> Result:
    """Send what a result says in figures, and pass it on."""
    meter_of(settings).send(samples_of(result))
    return result
