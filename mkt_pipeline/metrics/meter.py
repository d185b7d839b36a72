"""Sending metrics: to a StatsD server, or nowhere."""

import logging
from collections.abc import Iterable
from typing import Protocol

from statsd import StatsClient

from mkt_pipeline.metrics.catalogue import PREFIX, Sample

log = logging.getLogger(__name__)


class Meter(Protocol):
    """What samples are given to."""

    def send(self, samples: Iterable[Sample]) -> None:
        """Send them; whatever happens to them fails nothing."""
        ...


class Nowhere:
    """Where no server is configured."""

    def send(self, samples: Iterable[Sample]) -> None:
        """Drop them."""


class StatsdServer:
    """A server at ``host`` and ``port``, spoken to by UDP."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    def send(self, samples: Iterable[Sample]) -> None:
        """One datagram per sample; a host that cannot be found is logged."""
        try:
            client = StatsClient(self._host, self._port, prefix=PREFIX)
        except OSError as error:
            log.warning("no metric was sent to MKT_STATSD_HOST %s: %s", self._host, error)
            return
        try:
            for one in samples:
                client.gauge(one.name, round(one.value, 6))
        finally:
            client.close()
