"""New customers: their traits, and the state they start with."""

import numpy as np

from mkt_pipeline.samples.dealership.catalogue import BODY_TYPES, CONTRACTS
from mkt_pipeline.samples.dealership.population import NEVER, Floats, Integers, Population

INITIAL_SHARE = 0.6
"""Of the customers asked for: those who were there before the first day of the history."""

OWNERS_BEFORE = 0.7
OWNERS_ARRIVING = 0.4
"""Who comes with a purchase; the others come as prospects, through a lead."""

HISTORY_BEFORE_DAYS = 2190
"""How long before the first day the oldest customers were won."""

EMAIL_SHARE, PHONE_SHARE = 0.6, 0.35
_LEAN_SPREAD = 0.1


def creation_days(customers: int, *, first: int, until: int, rng: np.random.Generator) -> Integers:
    """Day numbers on which customers are won, ascending: some before ``first``, the others
    evenly until the day before ``until``.
    """
    before = round(INITIAL_SHARE * customers)
    early = rng.integers(first - HISTORY_BEFORE_DAYS, first, before)
    late = rng.integers(first, until, customers - before)
    return np.sort(np.concatenate([early, late]))


def newcomers(
    created_day: Integers,
    *,
    first_id: int,
    first_household: int,
    owners_share: float | Floats,
    rng: np.random.Generator,
) -> Population:
    """One customer per creation day, with ids counted up from ``first_id``.

    Prospects start with the memory of their lead, owners with a vehicle bought on the first day.
    """
    count = len(created_day)
    owner = rng.random(count) < owners_share
    day = created_day.astype(np.float32)
    return Population(
        person_id=first_id + np.arange(count),
        household_id=_households(count, first_household, rng),
        created_day=created_day,
        vehicle_id=np.zeros(count, dtype=np.int64),
        vehicle_day=np.where(owner, day, np.float32(NEVER)),
        web=np.where(owner, np.float32(0), np.float32(1)),
        **_traits(count, rng),
        **_blank(count),
    )


def _households(count: int, first: int, rng: np.random.Generator) -> Integers:
    """Some 1.6 persons share a household with the one before."""
    opens = rng.random(count) < 1 / 1.6
    opens[:1] = True
    return first + np.cumsum(opens) - 1


def _traits(count: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {
        "alive": np.ones(count, dtype=np.bool_),
        "business": rng.random(count) < 0.12,
        "taste": rng.choice(len(BODY_TYPES), count, p=[0.30, 0.25, 0.33, 0.12]),
        "contract": rng.choice(len(CONTRACTS), count, p=[0.30, 0.40, 0.30]),
        "annual_km": np.clip(rng.lognormal(9.5, 0.4, count), 4e3, 6e4).round(-2).astype("f4"),
        "distance_km": rng.exponential(14, count).clip(0.3, 120).round(1).astype("f4"),
        "birth_year": rng.triangular(1940, 1972, 2006, count).astype(np.int64),
        "lean": rng.normal(0, _LEAN_SPREAD, count).astype("f4"),
        "email_consent": rng.random(count) < EMAIL_SHARE,
        "phone_consent": rng.random(count) < PHONE_SHARE,
    }


def _blank(count: int) -> dict[str, np.ndarray]:
    memories = ("drive", "quote", "click", "life", "repair", "booking", "complaint")
    never = ("served_day", "click_day")
    return {
        "click_mailing": np.zeros(count, dtype=np.int64),
        **{name: np.zeros(count, dtype=np.float32) for name in memories},
        **{name: np.full(count, NEVER, dtype=np.float32) for name in never},
    }
