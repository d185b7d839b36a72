"""What happens in one step of time, drawn from the rates, and what it does to the state."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mkt_pipeline.samples.dealership import dates
from mkt_pipeline.samples.dealership.population import Floats, Integers, Population
from mkt_pipeline.samples.dealership.process import (
    CANCELLED_SHARE,
    NO_SHOW_SHARE,
    Rates,
    fade,
)

SENT_SHARE = 0.5
"""Of those who consented to e-mail, drawn anew for each mailing."""

LEAD_SHARE = 0.15
"""Of visits to model pages that end with the contact form filled in."""

COMPLAINT_SHARE = 0.04
REPAIR_SHARE = 0.15

_NOBODY: Integers = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Sends:
    """One mailing's receivers (positions), and who of them opened and clicked."""

    mailing: dates.Mailing
    receiver: Integers
    opened: NDArray[np.bool_]
    clicked: NDArray[np.bool_]


@dataclass(frozen=True)
class Happenings:
    """Positions of the customers to whom each thing happens; nobody twice in one step."""

    web: Integers
    lead: Integers
    drive: Integers
    quote: Integers
    purchase: Integers
    cancelled: Integers
    booking: Integers
    service: Integers
    repair: Integers
    complaint: Integers
    no_show: Integers
    life: Integers
    archive: Integers
    withdraw: Integers
    sends: tuple[Sends, ...]

    def without_purchase(self) -> "Happenings":
        """The same without vehicles bought."""
        return replace(self, purchase=_NOBODY)

    def without_service(self) -> "Happenings":
        """The same without service visits and what follows from them."""
        return replace(self, service=_NOBODY, repair=_NOBODY, complaint=_NOBODY)


def draw(
    population: Population, rates: Rates, *, day: int, days: int, rng: np.random.Generator
) -> Happenings:
    """Draw the step from ``day`` to before ``day + days``: at most one event of a kind each."""
    by_kind = _rates_by_kind(rates)
    drawn = first_events(tuple(by_kind.values()), days=days, rng=rng)
    who = dict(zip(by_kind, drawn, strict=True))
    withdraw = who.pop("withdraw")
    return Happenings(
        **who,
        lead=_some(who["web"], LEAD_SHARE, rng),
        repair=_some(who["service"], REPAIR_SHARE, rng),
        complaint=_some(who["service"], COMPLAINT_SHARE, rng),
        withdraw=withdraw[population.email_consent[withdraw]],
        sends=tuple(
            _send(population, mailing, rng) for mailing in dates.mailings_between(day, day + days)
        ),
    )


def _rates_by_kind(rates: Rates) -> dict[str, Floats]:
    """The rates, and with them those of sales and appointments that come to nothing."""
    return {
        "web": rates.web,
        "drive": rates.drive,
        "quote": rates.quote,
        "purchase": rates.purchase,
        "cancelled": rates.purchase * np.float32(CANCELLED_SHARE / (1 - CANCELLED_SHARE)),
        "booking": rates.booking,
        "service": rates.service,
        "no_show": rates.service * np.float32(NO_SHOW_SHARE / (1 - NO_SHOW_SHARE)),
        "life": rates.life,
        "archive": rates.archive,
        "withdraw": rates.withdraw,
    }


def first_events(
    rates: tuple[Floats, ...], *, days: int, rng: np.random.Generator
) -> list[Integers]:
    """For each kind of event the positions of those to whom it happens within ``days``.

    Kind k comes after an exponential waiting time with its own rate. The shortest of these is
    exponential with the sum of the rates and belongs to kind k with the share of its rate; the
    others start anew from there. So one draw settles the many to whom nothing happens.
    """
    total: Floats = np.asarray(np.sum(rates, axis=0, dtype=np.float32))
    waiting = rng.standard_exponential(len(total), dtype=np.float32)
    who = np.flatnonzero(waiting < total * np.float32(days))
    of_kind = np.stack([rate[who] for rate in rates])
    rest = days - waiting[who] / total[who]
    comes = rng.standard_exponential(of_kind.shape, dtype=np.float32) < of_kind * rest
    mark = rng.random(len(who), dtype=np.float32) * total[who]
    first = np.minimum((np.cumsum(of_kind, axis=0) <= mark).sum(axis=0), len(rates) - 1)
    comes[first, np.arange(len(who))] = True
    return [who[row] for row in comes]


def happen(population: Population, events: Happenings, *, day: int, days: int) -> None:
    """Change the state by what happened, in place; memories fade first."""
    fade(population, days)
    population.web[events.web] += 1
    population.web[events.lead] += 1
    population.drive[events.drive] += 1
    population.quote[events.quote] += 1
    population.booking[events.booking] += 1
    population.life[events.life] += 1
    middle = np.float32(day + days / 2)
    population.served_day[events.service] = middle
    population.repair[events.repair] += 1
    population.complaint[events.complaint] += 1
    population.vehicle_day[events.purchase] = middle
    population.alive[events.archive] = False
    population.email_consent[events.withdraw] = False
    for sends in events.sends:
        _answer(population, sends)


def _answer(population: Population, sends: Sends) -> None:
    clicked = sends.receiver[sends.clicked]
    memory = population.click if sends.mailing.topic == 0 else population.booking
    memory[clicked] += 1
    population.click_mailing[clicked] = sends.mailing.mailing_id
    population.click_day[clicked] = sends.mailing.day


def _send(population: Population, mailing: dates.Mailing, rng: np.random.Generator) -> Sends:
    consenting = np.flatnonzero(population.email_consent & population.alive)
    receiver = _some(consenting, SENT_SHARE, rng)
    keen = np.exp(population.lean[receiver] + 0.5 * np.minimum(population.web[receiver], 3))
    luck = rng.random(len(receiver))
    clicked = luck < np.minimum(0.05 * keen, 0.5)
    return Sends(mailing, receiver, clicked | (rng.random(len(receiver)) < 0.35), clicked)


def _some(positions: Integers, share: float, rng: np.random.Generator) -> Integers:
    return positions[rng.random(len(positions)) < share]
