"""Nights before anybody is erased."""

from datetime import UTC, date, datetime

import pytest
from lake_nights import append_night

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import CUSTOMERS, ORDERS
from mkt_pipeline.contracts.reading import ServerState
from mkt_pipeline.lake.night_limits import Limits

from .place import HER, LINES, PEOPLE, Place, Rows, customer, order


@pytest.fixture
def place(tmp_path, database_url):
    """Two nights, a change, a deletion, quarantine, scores of a day and two publications."""
    place = Place(tmp_path, database_url)
    place.night(CUSTOMERS, PEOPLE)
    place.night(CUSTOMERS, [customer(HER, city="Bonn"), *PEOPLE[1:]])
    place.night(ORDERS, LINES)
    place.night(ORDERS, LINES[1:])
    bad = Limits(may_be_empty=True, quarantine=1.0)
    append_night(
        place.lake,
        ORDERS,
        Rows(ORDERS, [*LINES[1:], order("h3", HER, status="perhaps")]),
        as_of=AsOf(date(2026, 1, 15)),
        server=ServerState(datetime(2026, 1, 15, tzinfo=UTC), None, 0.0),
        limits=bad,
    )
    place.day = date(2026, 1, 15)
    place.score([HER, "c1"], date(2026, 1, 11))
    place.score([HER], date(2026, 1, 12))
    place.score([HER, "c1", "c2"], date(2026, 1, 12))
    place.publish([HER, "c1"], date(2026, 1, 11))
    place.publish([HER, "c1", "c2"], date(2026, 1, 12))
    return place
