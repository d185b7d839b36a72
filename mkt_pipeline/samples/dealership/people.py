"""Persons and households as the CRM shows them, with made-up contact data."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mkt_pipeline.samples.dealership.catalogue import CITIES, COUNTRY, ORIGINS
from mkt_pipeline.samples.dealership.journal import DAY_SECONDS, Columns
from mkt_pipeline.samples.dealership.population import Integers, Population

_FIRST_NAMES = (
    ("Anna", "Clara", "Emma", "Greta", "Hanna", "Ida", "Lena", "Marie", "Nora", "Paula"),
    ("Anton", "Ben", "Emil", "Felix", "Jonas", "Karl", "Leo", "Max", "Oskar", "Paul"),
)
_LAST_NAMES = (
    *("Abend", "Birke", "Falke", "Garten", "Hügel", "Insel", "Kiesel", "Linde", "Morgen"),
    *("Nebel", "Ostwind", "Quelle", "Regen", "Sommer", "Tanne", "Ufer", "Weide", "Winter"),
)
_SALUTATIONS = ("Ms", "Mr")
_ORIGIN_SHARES = (0.30, 0.30, 0.10, 0.18, 0.12)


def person_rows(
    population: Population, created_at: Integers, *, rng: np.random.Generator
) -> dict[str, object]:
    """Columns of the table ``persons``; nobody is archived yet.

    Addresses end in ``example.com`` and numbers begin with the country code 999, so that none of
    them can belong to anybody.
    """
    count = len(population)
    woman = rng.random(count) < 0.5
    birthday = (population.birth_year - 1970) * 365.2425 + rng.integers(1, 364, count)
    salutation = (~woman).astype(np.int64)
    return {
        "person_id": population.person_id,
        "household_id": population.household_id,
        "salutation": pa.array(_SALUTATIONS).take(pa.array(salutation)),
        **_contact(population.person_id, salutation, rng),
        "date_of_birth": birthday.astype(np.int32),
        "origin": rng.choice(len(ORIGINS), count, p=_ORIGIN_SHARES),
        "annual_km": population.annual_km.astype(np.int64),
        "distance_km": population.distance_km.round(1),
        "preferred_contract": population.contract,
        "is_business": population.business,
        "archived_at": np.zeros(count, dtype=np.int64),
        "created_at": created_at,
        "updated_at": created_at,
    }


def _contact(
    person_id: Integers, salutation: Integers, rng: np.random.Generator
) -> dict[str, pa.Array]:
    every = [name for names in _FIRST_NAMES for name in names]
    first = pa.array(every).take(pa.array(10 * salutation + rng.integers(0, 10, len(person_id))))
    last = pa.array(_LAST_NAMES).take(pa.array(rng.integers(0, len(_LAST_NAMES), len(person_id))))
    number = pa.array(person_id).cast(pa.string())
    mailbox = pc.utf8_lower(pc.binary_join_element_wise(first, "person", number, "."))
    return {
        "first_name": first,
        "last_name": last,
        "email": pc.binary_join_element_wise(mailbox, "example.com", "@"),
        "phone": pc.binary_join_element_wise("+999", pc.utf8_lpad(number, 9, "0"), " "),
    }


def household_rows(
    household_id: Integers, created_at: Integers, *, rng: np.random.Generator
) -> dict[str, object]:
    """Columns of the table ``households``, for ascending unique ids, before any change."""
    city = rng.integers(0, len(CITIES), len(household_id))
    return {
        "household_id": household_id,
        "size": rng.choice(np.arange(1, 6), len(household_id), p=[0.35, 0.33, 0.14, 0.12, 0.06]),
        "created_at": created_at,
        "updated_at": created_at.copy(),
        **place(city),
    }


def place(city: Integers) -> dict[str, object]:
    """The columns city, region and country for positions in CITIES."""
    regions = pa.array([region for _, region in CITIES])
    return {
        "city": city,
        "region": regions.take(pa.array(city)),
        "country": pa.array([COUNTRY]).take(pa.array(np.zeros(len(city), dtype=np.int64))),
    }


def changed_households(rows: dict[str, object], changes: Columns | None) -> dict[str, object]:
    """The same households after all ``changes`` of the journal; the last move decides."""
    if changes is None:
        return rows
    ids, size, city, updated_at = (
        np.asarray(rows[name]).copy() for name in ("household_id", "size", "city", "updated_at")
    )
    order = np.argsort(changes["changed_at"], kind="stable")
    at = np.searchsorted(ids, changes["household_id"][order])
    grew = changes["kind"][order] == 1
    np.add.at(size, at[grew], 1)
    city[at[~grew]] = changes["city"][order][~grew]
    updated_at[at] = changes["changed_at"][order]
    return {**rows, "size": size, "updated_at": updated_at, **place(city)}


def archived_persons(rows: dict[str, object], archived: Columns | None) -> dict[str, object]:
    """The same persons, in ascending ids, after some were archived."""
    if archived is None:
        return rows
    archived_at = np.zeros(len(np.asarray(rows["person_id"])), dtype=np.int64)
    at = np.searchsorted(np.asarray(rows["person_id"]), archived["person_id"])
    archived_at[at] = archived["archived_at"]
    updated_at = np.maximum(np.asarray(rows["updated_at"]), archived_at)
    return {**rows, "archived_at": archived_at, "updated_at": updated_at}


def creation_instants(created_day: Integers, rng: np.random.Generator) -> Integers:
    """An instant (seconds since 1970) in opening hours of each creation day."""
    instants: Integers = created_day * DAY_SECONDS + rng.integers(
        8 * 3600, 18 * 3600, len(created_day)
    )
    return instants
