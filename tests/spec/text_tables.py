"""Change logs written as small text tables, and feature sets computed from them.

A table is a header and rows of words. Times are days (``2026-01-31``) or instants
(``2026-01-31T09:30``) in UTC; ``-`` is null. Columns that a table leaves out get a plain default,
and a version is known from the time of its event unless the table says ``known_at``.
"""

import functools
from datetime import UTC, date, datetime
from decimal import Decimal

import ibis
import pyarrow as pa

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.contracts.use_case import Eligibility, Target, Thresholds, UseCase
from mkt_pipeline.contracts.vocabulary import Vocabulary
from mkt_pipeline.features.feature_set import feature_set
from mkt_pipeline.features.frame_of_reference import FrameOfReference
from mkt_pipeline.features.state import timeline

ARROW = {
    "text": pa.string(),
    "timestamptz": pa.timestamp("us", tz="UTC"),
    "decimal": pa.decimal128(18, 4),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}
DEFAULTS = {
    "created_at": "2025-01-01",
    "is_active": "yes",
    "order_id": None,
    "customer_id": "ann",
    "product_id": "-",
    "quantity": "1",
    "amount": "10",
    "status": None,
    "channel": "web",
    "kind": "visit",
    "name": "Thing",
}
STATUS = {"orders": "confirmed", "consents": "granted"}
DAY = "2026-01-31"


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def value(text, type_name):
    if text is None or text == "-":
        return None
    if type_name == "timestamptz":
        return instant(text)
    if type_name == "decimal":
        return Decimal(text)
    if type_name == "integer":
        return int(text)
    if type_name == "number":
        return float(text)
    return text == "yes" if type_name == "boolean" else text


def rows(text: str) -> list[dict[str, str]]:
    lines = [line.split() for line in text.strip().splitlines() if line.strip()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def log(name: str, text: str, attributes: dict[str, pa.DataType] | None = None) -> pa.Table:
    entity, attributes, records = ENTITIES[name], attributes or {}, []
    for number, row in enumerate(rows(text) if text else []):
        defaults = DEFAULTS | {entity.key: str(number), "status": STATUS.get(name)}
        record = {
            c.name: value(row.get(c.name, defaults.get(c.name)), c.type) for c in entity.columns
        }
        if name == "orders" and record["order_id"] is None:
            record["order_id"] = record["order_line_id"]
        for attribute in attributes:
            kind = "text" if attributes[attribute] == pa.string() else "number"
            record[attribute] = value(row.get(attribute), kind)
        event = record[entity.event_time] if entity.event_time else instant("1970-01-01")
        known = row.get("known_at")
        record |= {
            "known_at": instant(known) if known else event,
            "sequence": number,
            "extracted_for": DAY,
            "history": "observed",
            "is_deleted": row.get("is_deleted") == "yes",
            "row_hash": "",
        }
        records.append(record)
    schema = [(c.name, ARROW[c.type]) for c in entity.columns]
    schema += [*attributes.items(), ("known_at", ARROW["timestamptz"]), ("sequence", pa.int64())]
    schema += [("extracted_for", pa.string()), ("history", pa.string())]
    schema += [("is_deleted", pa.bool_()), ("row_hash", pa.string())]
    return pa.Table.from_pylist(records, schema=pa.schema(schema))


def use_case(**changes) -> UseCase:
    plain = {
        "name": "example",
        "title": "Example",
        "owner": "tests",
        "sources": ("tests",),
        "target": Target(categories=("car",)),
        "horizon_days": 30,
        "windows_days": (30, 90),
        "eligibility": Eligibility(),
        "segments": Thresholds(high=0.5, medium=0.2),
    }
    return UseCase(**(plain | changes))


VOCABULARY = Vocabulary(
    {
        "category": ("car", "service"),
        "channel": ("web", "showroom"),
        "kind": ("visit", "test drive"),
        "consent_channel": ("email", "sms"),
        "attribute": ("attr_fleet", "attr_size"),
    }
)
ATTRIBUTES = {"attr_fleet": pa.string(), "attr_size": pa.float64()}


def timelines(**tables: str):
    backend = ibis.duckdb.connect()
    logs = {}
    for name in ENTITIES:
        text = tables.get(name, "customer_id\nann" if name == "customers" else "")
        extra = ATTRIBUTES if name == "customers" else None
        backend.con.register(f"log_{name}", log(name, text, extra))
        logs[name] = timeline(backend.table(f"log_{name}"), key=ENTITIES[name].key)
    return logs


def as_of(day: str) -> AsOf:
    return AsOf(date.fromisoformat(day))


def features(day: str = DAY, case: UseCase | None = None, **tables: str):
    """The feature set as a dictionary: customer → feature → value."""
    reference = FrameOfReference(as_of(day), case or use_case(), VOCABULARY)
    found = feature_set(timelines(**tables), reference).rows.to_pyarrow().to_pylist()
    return {row.pop("customer_id"): row for row in found}


@functools.cache  # many tests look at one feature each of the same tables
def of_ann(day: str = DAY, **tables: str):
    """The features of the customer ann."""
    return features(day, **tables)["ann"]
