"""Rows of trade: test drives, quotes, sales and the vehicles that change hands."""

import numpy as np

from mkt_pipeline.samples.dealership import dates
from mkt_pipeline.samples.dealership.catalogue import TRIMS
from mkt_pipeline.samples.dealership.happenings import Happenings
from mkt_pipeline.samples.dealership.journal import DAY_SECONDS, Journal, moments
from mkt_pipeline.samples.dealership.population import Floats, Integers, Population
from mkt_pipeline.samples.dealership.record_contacts import trims_for

SALE_STATES = ("confirmed", "cancelled")
CANCELLED_WITHIN_DAYS = 20
CREDITED_DAYS = 30
"""A sale counts for the mailing clicked within so many days before it."""

_LIST_PRICES = np.array([0.0, *(trim.price for trim in TRIMS)])


def record_trade(
    population: Population,
    events: Happenings,
    *,
    day: int,
    days: int,
    rng: np.random.Generator,
    journal: Journal,
) -> None:
    """Write what a step brought in trade to the journal, and give buyers their new vehicle's id.

    To be called before the state changes: the vehicle given up is the one the state still holds.
    """
    _test_drives(population, events.drive, day, days, rng, journal)
    _quotes(population, events.quote, day, days, rng, journal)
    at = moments(day, count=len(events.purchase), days=days, rng=rng)
    record_purchases(population, events.purchase, at, rng, journal)
    at = moments(day, count=len(events.cancelled), days=days, rng=rng)
    later = rng.integers(1, CANCELLED_WITHIN_DAYS * DAY_SECONDS, len(at))
    trim = trims_for(population, events.cancelled, rng)
    _sales(population, events.cancelled, trim, at, at + later, rng, journal)


def record_purchases(
    population: Population,
    who: Integers,
    at: Integers,
    rng: np.random.Generator,
    journal: Journal,
) -> None:
    """Kept sales to ``who`` at ``at``, with the vehicles they bring and those they replace."""
    trim = trims_for(population, who, rng)
    _sales(population, who, trim, at, np.zeros_like(at), rng, journal)
    before = population.vehicle_id[who]
    journal.add("disposals", vehicle_id=before[before > 0], disposed_at=at[before > 0])
    vehicle = journal.ids("vehicles_owned", len(who))
    population.vehicle_id[who] = vehicle
    journal.add(
        "acquisitions",
        vehicle_id=vehicle,
        person_id=population.person_id[who],
        trim_id=trim,
        acquired_at=at,
    )


def _sales(
    population: Population,
    who: Integers,
    trim: Integers,
    at: Integers,
    cancelled_at: Integers,
    rng: np.random.Generator,
    journal: Journal,
) -> None:
    """Sales; ``cancelled_at`` is 0 where the sale is kept."""
    sale = journal.ids("sales", len(who))
    settled = (cancelled_at > 0) & (cancelled_at < journal.settled_before)
    pending = (cancelled_at > 0) & ~settled
    since_click = at // DAY_SECONDS - population.click_day[who]
    credited = (since_click >= 0) & (since_click <= CREDITED_DAYS)
    journal.add("pending_cancellations", sale_id=sale[pending], cancelled_at=cancelled_at[pending])
    journal.add(
        "sales",
        sale_id=sale,
        person_id=population.person_id[who],
        trim_id=trim,
        price=_prices(trim, at, rng),
        state=settled.astype(np.int64),
        mailing_id=np.where(credited, population.click_mailing[who], 0),
        sold_at=at,
        updated_at=np.where(settled, cancelled_at, at),
    )


def _test_drives(
    population: Population,
    who: Integers,
    day: int,
    days: int,
    rng: np.random.Generator,
    journal: Journal,
) -> None:
    at = moments(day, count=len(who), days=days, rng=rng)
    journal.add(
        "test_drives",
        test_drive_id=journal.ids("test_drives", len(who)),
        person_id=population.person_id[who],
        trim_id=trims_for(population, who, rng),
        driven_at=at,
        updated_at=at,
    )


def _quotes(
    population: Population,
    who: Integers,
    day: int,
    days: int,
    rng: np.random.Generator,
    journal: Journal,
) -> None:
    """Quotes carry no trace of whether a sale followed."""
    at = moments(day, count=len(who), days=days, rng=rng)
    trim = trims_for(population, who, rng)
    journal.add(
        "quotes",
        quote_id=journal.ids("quotes", len(who)),
        person_id=population.person_id[who],
        trim_id=trim,
        price=_prices(trim, at, rng),
        quoted_at=at,
        updated_at=at,
    )


def _prices(trim: Integers, at: Integers, rng: np.random.Generator) -> Floats:
    """List price less the week's discount and up to four per cent of haggling, in EUR."""
    days, place = np.unique(at // DAY_SECONDS, return_inverse=True)
    lower = np.array([dates.is_discounted(int(day)) for day in days], dtype=np.bool_)[place]
    haggled = rng.uniform(0, 0.04, len(trim))
    prices: Floats = np.round(_LIST_PRICES[trim] * (1 - haggled - dates.DISCOUNT * lower), 2)
    return prices
