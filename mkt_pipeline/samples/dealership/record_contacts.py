"""Rows of contacts: web visits, leads, mailings, household changes, consents."""

import numpy as np

from mkt_pipeline.samples.dealership.catalogue import (
    BODY_TYPES,
    CITIES,
    TRIMS_PER_BODY,
)
from mkt_pipeline.samples.dealership.happenings import Happenings, Sends
from mkt_pipeline.samples.dealership.journal import DAY_SECONDS, Journal, moments
from mkt_pipeline.samples.dealership.population import Integers, Population

PAGES = ("model", "service")
LIFE_EVENTS = ("moved", "grew")
GREW_SHARE = 0.45
"""Of household changes; the others are moves."""

CONSENT_CHANNELS = ("email", "phone")
CONSENT_STATES = ("opt_in", "opt_out")

TASTE_SHARE = 0.8
"""How often a person looks at the body type that suits, rather than at any."""

_WITHIN_BODY = (0.28, 0.22, 0.10, 0.20, 0.14, 0.06)


def trims_for(population: Population, who: Integers, rng: np.random.Generator) -> Integers:
    """A trim for each person: mostly of the body type that suits."""
    any_body = rng.integers(0, len(BODY_TYPES), len(who))
    body = np.where(rng.random(len(who)) < TASTE_SHARE, population.taste[who], any_body)
    within = rng.choice(TRIMS_PER_BODY, len(who), p=_WITHIN_BODY)
    return body * TRIMS_PER_BODY + within + 1


def record_contacts(
    population: Population,
    events: Happenings,
    *,
    day: int,
    days: int,
    rng: np.random.Generator,
    journal: Journal,
) -> None:
    """Write what a step brought in contacts to the journal."""
    pages = np.concatenate([events.web, events.booking])
    page = np.repeat(np.arange(2), [len(events.web), len(events.booking)])
    at = moments(day, count=len(pages), days=days, rng=rng)
    trim = np.where(page == 0, trims_for(population, pages, rng), 0)
    record_web_visits(population.person_id[pages], at, page, trim, journal)
    wanted = trims_for(population, events.lead, rng)
    at = moments(day, count=len(wanted), days=days, rng=rng)
    record_leads(population.person_id[events.lead], at, np.ones_like(wanted), wanted, journal)
    _household_changes(population, events.life, day, days, rng, journal)
    at = moments(day, count=len(events.withdraw), days=days, rng=rng)
    record_consents(population.person_id[events.withdraw], at, channel=0, state=1, journal=journal)
    at = moments(day, count=len(events.archive), days=days, rng=rng)
    journal.add("archived", person_id=population.person_id[events.archive], archived_at=at)
    for sends in events.sends:
        _mailing_sends(population, sends, rng, journal)


def record_web_visits(
    person: Integers, at: Integers, page: Integers, trim: Integers, journal: Journal
) -> None:
    """Visits to PAGES; ``trim`` is 0 where no trim was looked at."""
    journal.add(
        "web_visits",
        web_visit_id=journal.ids("web_visits", len(person)),
        person_id=person,
        page=page,
        trim_id=trim,
        visited_at=at,
        updated_at=at,
    )


def record_leads(
    person: Integers, at: Integers, origin: Integers, trim: Integers, journal: Journal
) -> None:
    """Leads; ``origin`` is an index of ORIGINS."""
    journal.add(
        "leads",
        lead_id=journal.ids("leads", len(person)),
        person_id=person,
        origin=origin,
        trim_id=trim,
        received_at=at,
        updated_at=at,
    )


def record_consents(
    person: Integers, at: Integers, *, channel: int, state: int, journal: Journal
) -> None:
    """Entries of the consent log; ``channel`` and ``state`` are indexes."""
    journal.add(
        "consent_log",
        entry_id=journal.ids("consent_log", len(person)),
        person_id=person,
        channel=np.full(len(person), channel),
        state=np.full(len(person), state),
        effective_at=at,
        updated_at=at,
    )


def _household_changes(
    population: Population,
    who: Integers,
    day: int,
    days: int,
    rng: np.random.Generator,
    journal: Journal,
) -> None:
    change = {
        "household_id": population.household_id[who],
        "kind": (rng.random(len(who)) < GREW_SHARE).astype(np.int64),
        "city": rng.integers(0, len(CITIES), len(who)),
        "changed_at": moments(day, count=len(who), days=days, rng=rng),
    }
    # Once as a row of the CRM, once to change the household itself.
    journal.add("moves", **change)
    journal.add(
        "household_changes",
        change_id=journal.ids("household_changes", len(who)),
        person_id=population.person_id[who],
        updated_at=change["changed_at"],
        **change,
    )


def _mailing_sends(
    population: Population, sends: Sends, rng: np.random.Generator, journal: Journal
) -> None:
    count = len(sends.receiver)
    sent = np.full(count, sends.mailing.day * DAY_SECONDS + 7 * 3600)
    opened = np.where(sends.opened, sent + rng.integers(60, 12 * 3600, count), 0)
    clicked = np.where(sends.clicked, opened + rng.integers(5, 600, count), 0)
    journal.add(
        "mailing_sends",
        send_id=journal.ids("mailing_sends", count),
        mailing_id=np.full(count, sends.mailing.mailing_id),
        person_id=population.person_id[sends.receiver],
        sent_at=sent,
        opened_at=opened,
        clicked_at=clicked,
        updated_at=np.maximum(np.maximum(sent, opened), clicked),
    )
