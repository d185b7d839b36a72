"""Random histories of a CRM as change logs: what happened to rows, and when it became known.

A history is a dictionary: entity → versions, as ``tests/reference/plain_features.py`` reads them.
Times lie on and beside the edges that matter: the as-of, the ends of the windows.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
from hypothesis import strategies as st

from mkt_pipeline.contracts.entities import ENTITIES

CUTOFF = datetime(2026, 1, 31, tzinfo=UTC)
MICROSECOND, SECOND, DAY = timedelta(microseconds=1), timedelta(seconds=1), timedelta(days=1)
EDGES = [CUTOFF - DAY * days for days in (-20, -1, 0, 1, 10, 30, 60, 90, 180, 181, 400, 800)]
INSTANTS = [edge + step for edge in EDGES for step in (-SECOND, -MICROSECOND, DAY * 0, MICROSECOND)]

ARROW = {
    "text": pa.string(),
    "timestamptz": pa.timestamp("us", tz="UTC"),
    "decimal": pa.decimal128(18, 4),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}
ATTRIBUTES = {"attr_fleet": pa.string(), "attr_size": pa.float64()}
LOG = {
    "known_at": ARROW["timestamptz"],
    "sequence": pa.int64(),
    "extracted_for": pa.string(),
    "history": pa.string(),
    "is_deleted": pa.bool_(),
    "row_hash": pa.string(),
}
ACTS = ("write", "write", "write", "write", "cancel", "delete", "merge", "repeat")
FALLEN = {"orders": {"status": "cancelled"}, "consents": {"status": "withdrawn"}}

instants = st.sampled_from(INSTANTS)
customers = st.sampled_from(["c1", "c2", "c3"])
products = st.sampled_from(["p1", "p2", "p3", "gone", None])
campaigns = st.sampled_from([None, "m1"])
ROWS = {
    "customers": {
        "customer_id": customers,
        "created_at": instants,
        "is_active": st.sampled_from([True, True, True, False]),
        "birth_year": st.sampled_from([None, 1950, 1999]),
        "gender": st.sampled_from([None, "female"]),
        "region": st.sampled_from([None, "north", "south"]),
        "attr_fleet": st.sampled_from([None, "large"]),
        "attr_size": st.sampled_from([None, 0.1, -3.5]),
    },
    "products": {
        "product_id": st.sampled_from(["p1", "p2", "p3"]),
        "name": st.just("Thing"),
        "category": st.sampled_from([None, "car", "service"]),
        "is_active": st.booleans(),
    },
    "orders": {
        "order_line_id": st.sampled_from([f"l{n}" for n in range(8)]),
        "order_id": st.sampled_from(["o1", "o2", "o3", "o4"]),
        "customer_id": customers,
        "product_id": products,
        "ordered_at": instants,
        "quantity": st.just(Decimal(1)),
        "amount": st.sampled_from([Decimal(t) for t in ("0.1", "0.2", "10", "99999.9999", "-5")]),
        "status": st.sampled_from(["confirmed", "confirmed", "quote", "cancelled", "returned"]),
        "campaign_id": campaigns,
    },
    "interactions": {
        "interaction_id": st.sampled_from([f"i{n}" for n in range(8)]),
        "customer_id": customers,
        "occurred_at": instants,
        "channel": st.sampled_from(["web", "showroom", "fax"]),
        "kind": st.sampled_from(["visit", "test drive", "Test-Drive", "call"]),
        "product_id": products,
        "campaign_id": campaigns,
    },
    "consents": {
        "consent_id": st.sampled_from(["k1", "k2", "k3", "k4"]),
        "customer_id": customers,
        "channel": st.sampled_from(["email", "sms"]),
        "status": st.sampled_from(["granted", "withdrawn"]),
        "effective_at": instants,
    },
    "texts": {
        "text_id": st.sampled_from(["t1", "t2", "t3", "t4", "t5"]),
        "customer_id": st.one_of(customers, st.none()),
        "written_at": instants,
        "rating": st.sampled_from([None, 0.1, 0.2, 0.3, 4.7]),
    },
}


IDS = {"order_id", "product_id", *(entity.key for entity in ENTITIES.values())}


@dataclass(frozen=True)
class Event:
    """Something that happened to one row; ``known_at`` is when the pipeline could know it."""

    act: str
    entity: str
    row: dict
    known_at: datetime


EVENTS = st.one_of(
    [
        st.builds(Event, st.sampled_from(ACTS), st.just(name), st.fixed_dictionaries(row), instants)
        for name, row in ROWS.items()
        for _ in range(4 if name == "orders" else 1)
    ]
)


@st.composite
def histories(draw):
    """Two customers who were always there, and up to twenty things that happened."""
    start = [
        Event("write", name, draw(st.fixed_dictionaries(ROWS[name])) | fixed, INSTANTS[-1])
        for name, fixed in (
            ("customers", {"customer_id": "c1", "created_at": INSTANTS[-1], "is_active": True}),
            ("customers", {"customer_id": "c2", "created_at": INSTANTS[-1], "is_active": True}),
            ("products", {"product_id": "p1", "category": "car"}),
            ("products", {"product_id": "p2", "category": "service"}),
        )
    ]
    history = {name: [] for name in ENTITIES}
    for event in [*start, *draw(st.lists(EVENTS, min_size=3, max_size=20))]:
        _happen(history, event)
    return history


def _together(several):
    """Histories side by side, each with ids of its own: planning a query costs more than rows."""
    history = {name: [] for name in ENTITIES}
    for number, one in enumerate(several):
        for name, versions in one.items():
            history[name] += [
                {c: f"{number}-{v}" if c in IDS and v else v for c, v in version.items()}
                for version in versions
            ]
    return history


def many():
    """Three to eight histories in one."""
    return st.lists(histories(), min_size=3, max_size=8).map(_together)


def rated(ratings):
    """One customer who wrote a text with each of these ratings."""
    history, long_ago = {name: [] for name in ENTITIES}, INSTANTS[-1]
    customer = {"customer_id": "c1", "created_at": long_ago, "is_active": True}
    _append(history, "customers", customer, long_ago)
    for number, rating in enumerate(ratings):
        text = {"text_id": str(number), "customer_id": "c1", "written_at": long_ago}
        _append(history, "texts", text | {"rating": rating}, long_ago)
    return history


def _happen(history, event):
    key = ENTITIES[event.entity].key
    rows = {version[key]: version for version in history[event.entity]}
    before = rows.get(event.row[key])
    if event.act == "delete":
        _append(history, event.entity, {key: event.row[key]}, event.known_at, is_deleted=True)
    elif event.act == "merge" and "customer_id" in event.row:
        _merge(history, event.row["customer_id"], event.known_at)
    elif before and event.act == "repeat":
        _append(history, event.entity, before, event.known_at, is_deleted=before["is_deleted"])
    elif before and not before["is_deleted"] and event.act == "cancel":
        fallen = FALLEN.get(event.entity, {})
        _append(history, event.entity, before | fallen, event.known_at)
    else:
        _append(history, event.entity, event.row, event.known_at)


def _merge(history, customer, known_at):
    """What belonged to a customer belongs to c1 from now on, and the customer is gone."""
    for name in ("orders", "interactions", "consents", "texts"):
        key = ENTITIES[name].key
        for version in {one[key]: one for one in history[name]}.values():
            if version["customer_id"] == customer and not version["is_deleted"]:
                _append(history, name, version | {"customer_id": "c1"}, known_at)
    if customer not in ("c1", None):
        _append(history, "customers", {"customer_id": customer}, known_at, is_deleted=True)


def _append(history, entity, row, known_at, *, is_deleted=False):
    names = [*ENTITIES[entity].column_names, *(ATTRIBUTES if entity == "customers" else ())]
    version = {name: row.get(name) for name in names}
    key = ENTITIES[entity].key
    is_first = all(one[key] != row[key] for one in history[entity])
    # As in a log: what the first append holds has its number, each key once.
    added = {"known_at": known_at, "sequence": 0 if is_first else sum(map(len, history.values()))}
    history[entity].append(version | added | {"is_deleted": is_deleted})


def schema(entity):
    """The columns of a change log."""
    columns = {column.name: ARROW[column.type] for column in ENTITIES[entity].columns}
    return pa.schema({**columns, **(ATTRIBUTES if entity == "customers" else {}), **LOG})


def arrow(history):
    """A history as tables, entity by entity."""
    rest = {"extracted_for": "2026-01-31", "history": "observed", "row_hash": ""}
    return {
        name: pa.Table.from_pylist([one | rest for one in versions], schema=schema(name))
        for name, versions in history.items()
    }
