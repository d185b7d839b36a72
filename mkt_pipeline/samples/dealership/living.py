"""Living: one step of time for everybody, and the rows that newcomers bring."""

import numpy as np

from mkt_pipeline.samples.dealership.happenings import draw, happen
from mkt_pipeline.samples.dealership.journal import Journal
from mkt_pipeline.samples.dealership.population import Integers, Population
from mkt_pipeline.samples.dealership.process import is_owner, rates_at
from mkt_pipeline.samples.dealership.record_contacts import (
    record_consents,
    record_contacts,
    record_leads,
    trims_for,
)
from mkt_pipeline.samples.dealership.record_service import record_service
from mkt_pipeline.samples.dealership.record_trade import record_purchases, record_trade


def live(
    population: Population, *, day: int, days: int, rng: np.random.Generator, journal: Journal
) -> None:
    """Live from ``day`` to before ``day + days``: rows go to the journal, the state changes."""
    events = draw(population, rates_at(population, day), day=day, days=days, rng=rng)
    for record in (record_contacts, record_trade, record_service):
        record(population, events, day=day, days=days, rng=rng, journal=journal)
    happen(population, events, day=day, days=days)


def welcome(
    population: Population, created_at: Integers, *, rng: np.random.Generator, journal: Journal
) -> None:
    """The rows that come with new customers: consents, and a first sale or a lead."""
    for channel, consent in enumerate((population.email_consent, population.phone_consent)):
        record_consents(
            population.person_id[consent],
            created_at[consent],
            channel=channel,
            state=0,
            journal=journal,
        )
    owners, prospects = np.flatnonzero(is_owner(population)), np.flatnonzero(~is_owner(population))
    record_purchases(population, owners, created_at[owners] + 3600, rng, journal)
    wanted = trims_for(population, prospects, rng)
    person, at = population.person_id[prospects], created_at[prospects]
    record_leads(person, at, rng.integers(0, 5, len(person)), wanted, journal)
