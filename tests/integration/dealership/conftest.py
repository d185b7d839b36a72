"""One small dealership, loaded once; tests that change it get a copy."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from typing import Any

import psycopg2
import pytest

from mkt_pipeline.samples.dealership import LoadReport, load_dealership
from mkt_pipeline.stack.postgres import EmbeddedPostgres

UNTIL = date(2026, 11, 1)
CUSTOMERS = 4_000

Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="session")
def loaded(postgres: EmbeddedPostgres) -> tuple[str, LoadReport]:
    """Name of the database with the sample, and what loading it reported."""
    name = f"dealership_{uuid.uuid4().hex}"
    postgres.create_database(name)
    report = load_dealership(url=postgres.url(name), customers=CUSTOMERS, years=4, until=UNTIL)
    return name, report


@pytest.fixture(scope="session")
def dealership(postgres: EmbeddedPostgres, loaded: tuple[str, LoadReport]) -> str:
    """Address of the sample; tests only read it."""
    return postgres.url(loaded[0])


@pytest.fixture(scope="session")
def copy_of_dealership(
    postgres: EmbeddedPostgres, loaded: tuple[str, LoadReport]
) -> Callable[[], str]:
    """A function that copies the sample into a database of its own."""

    def copied() -> str:
        name = f"dealership_{uuid.uuid4().hex}"
        with closing(psycopg2.connect(postgres.url("postgres"))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{loaded[0]}"')
        return postgres.url(name)

    return copied


@pytest.fixture(scope="session")
def ask() -> Iterator[Callable[..., Rows]]:
    """A function that runs one query in UTC: ``ask(url, query, parameters)``."""

    def asked(url: str, query: str, parameters: object = None) -> Rows:
        connection = psycopg2.connect(url, options="-c timezone=UTC")
        with closing(connection), connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return cursor.fetchall()

    return asked
