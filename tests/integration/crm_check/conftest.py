"""The database of the shop."""

import pytest

from .shop import TABLES, execute


@pytest.fixture(scope="module")
def database_url(postgres):
    """One database for all tests here: making one takes longer than any of them."""
    postgres.create_database("crm_check")
    return postgres.url("crm_check")


@pytest.fixture
def shop(database_url):
    execute(database_url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public", TABLES)
    return database_url
