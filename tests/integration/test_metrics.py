"""Metrics as a StatsD server gets them: datagrams on a real UDP socket."""

import socket

import pytest

from mkt_pipeline.contracts.night import EntityNight, Extracted, Published
from mkt_pipeline.metrics.catalogue import METRICS, ROWS_READ, Sample, metrics_page
from mkt_pipeline.metrics.meter import StatsdServer
from mkt_pipeline.settings import Settings
from mkt_pipeline.wiring.metrics import metered

ORDERS = EntityNight("orders", 200, 5, 10, 20, 3, "observed", 1, "all")


@pytest.fixture
def statsd():
    """A socket, and a function that reads so many lines from it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(20)

        def lines(count):
            return {server.recv(2048).decode() for _ in range(count)}

        yield server.getsockname()[1], lines


def settings(port):
    return Settings(statsd_host="127.0.0.1", statsd_port=port, _env_file=None)


def test_an_extraction_tells_rows_shares_and_seconds(statsd):
    port, lines = statsd
    extracted = Extracted("dealership", "2026-11-01", (ORDERS,), 2.5)
    assert metered(settings(port), extracted) is extracted
    assert lines(5) == {
        "mkt.rows_read.orders:200|g",
        "mkt.rows_changed.orders:33|g",
        "mkt.rows_quarantined.orders:5|g",
        "mkt.quarantined_share.orders:0.025|g",
        "mkt.step_seconds.extract.dealership:2.5|g",
    }


def test_a_publication_tells_the_share_of_each_segment(statsd):
    port, lines = statsd
    counts = {"high": 1, "medium": 2, "low": 7}
    metered(settings(port), Published("visit-2", "2026-11-01", 10, counts, seconds=1.0))
    assert lines(5) == {
        "mkt.rows_published.visit_2:10|g",
        "mkt.segment_share.visit_2.high:0.1|g",
        "mkt.segment_share.visit_2.medium:0.2|g",
        "mkt.segment_share.visit_2.low:0.7|g",
        "mkt.step_seconds.publish.visit_2:1.0|g",
    }


def test_a_dry_run_tells_nothing(statsd):
    port, lines = statsd
    metered(settings(port), Extracted("dry", "2026-11-01", (ORDERS,), 2.5, dry_run=True))
    metered(settings(port), Extracted("wet", "2026-11-01", (), 2.5))
    assert lines(1) == {"mkt.step_seconds.extract.wet:2.5|g"}


def test_a_host_that_cannot_be_found_fails_nothing_and_is_logged(caplog):
    StatsdServer("nowhere.invalid", 8125).send([Sample(ROWS_READ, ("orders",), 1)])
    assert "no metric was sent to MKT_STATSD_HOST nowhere.invalid" in caplog.text


def test_a_sample_without_its_parts_is_refused():
    with pytest.raises(ValueError, match=r"mkt\.rows_read\.<entity> needs 1 parts"):
        _ = Sample(ROWS_READ, (), 1).name


def test_every_metric_that_the_code_knows_is_on_the_page():
    from mkt_pipeline.metrics import catalogue

    known = {one for one in vars(catalogue).values() if isinstance(one, catalogue.Metric)}
    assert known == set(METRICS)
    assert all(f"`{one.template}`" in metrics_page() for one in METRICS)
