"""The mapping of the sample delivers the contract, and nothing that it should not."""

from pathlib import Path

import psycopg2
import pytest

from mkt_pipeline.contracts.entities import ATTRIBUTE_PREFIX, ENTITIES
from mkt_pipeline.contracts.source import Source
from mkt_pipeline.contracts.use_case import UseCase

PROJECT = Path(__file__).resolve().parents[3]
FOLDER = PROJECT / "sources" / "dealership"

TYPE_NAMES = {
    "text": {"text"},
    "timestamptz": {"timestamptz"},
    "decimal": {"numeric"},
    "integer": {"int4", "int8"},
    "number": {"float8"},
    "boolean": {"bool"},
}
ATTRIBUTE_TYPES = {"float8", "bool", "text"}


def described(url, entity):
    """Names and types of the columns that a query of the source gives, and its rows."""
    query = (FOLDER / f"{entity}.sql").read_text()
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        columns = [(column.name, column.type_code) for column in cursor.description]
        rows = cursor.fetchall()
        cursor.execute("SELECT oid, typname FROM pg_type")
        names = dict(cursor.fetchall())
    connection.close()
    return {name: names[code] for name, code in columns}, rows


@pytest.mark.parametrize("name", ENTITIES)
def test_a_query_gives_the_columns_and_types_of_the_contract(dealership, name):
    entity = ENTITIES[name]
    types, rows = described(dealership, name)
    extra = set(types) - set(entity.column_names)
    assert set(entity.column_names) <= set(types)
    assert all(types[column.name] in TYPE_NAMES[column.type] for column in entity.columns)
    assert all(column.startswith(ATTRIBUTE_PREFIX) for column in extra)
    assert {types[column] for column in extra} <= ATTRIBUTE_TYPES
    assert rows


@pytest.mark.parametrize("name", ENTITIES)
def test_keys_are_unique_and_values_are_those_the_contract_allows(dealership, name):
    entity = ENTITIES[name]
    types, rows = described(dealership, name)
    columns = dict(zip(types, zip(*rows, strict=True), strict=True))
    assert len(set(columns[entity.key])) == len(rows)
    for column in entity.columns:
        if not column.nullable:
            assert None not in columns[column.name]
        if column.allowed:
            assert set(columns[column.name]) <= set(column.allowed)


def test_statuses_and_kinds_are_all_there(dealership):
    types, rows = described(dealership, "orders")
    statuses = {row[list(types).index("status")] for row in rows}
    assert statuses == {"quote", "confirmed", "cancelled"}
    types, rows = described(dealership, "interactions")
    kinds = {row[list(types).index("kind")] for row in rows}
    # More than twelve kinds would leave the rarest, which tell most, without features.
    assert len(kinds) == 11


def test_no_query_reads_contact_data():
    queries = " ".join(path.read_text() for path in FOLDER.glob("*.sql"))
    for column in ("email,", "phone,", ".email", ".phone", "first_name", "last_name", "_truth"):
        assert column not in queries


def test_the_source_and_its_use_cases_are_well_formed():
    source = Source.from_yaml(FOLDER / "source.yaml")
    cases = [
        UseCase.from_yaml(PROJECT / "use_cases" / f"{name}.yaml")
        for name in ("vehicle_purchase", "service_visit")
    ]
    assert {path.stem for path in FOLDER.glob("*.sql")} == set(ENTITIES)
    assert [case.horizon_days for case in cases] == [90, 60]
    assert all(case.sources == (source.name,) for case in cases)
