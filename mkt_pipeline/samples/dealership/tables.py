"""The tables of the sample CRM: how the journal's columns become text, times and money."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mkt_pipeline.samples.dealership import wording
from mkt_pipeline.samples.dealership.catalogue import CITIES, CONTRACTS, ORIGINS
from mkt_pipeline.samples.dealership.record_contacts import (
    CONSENT_CHANNELS,
    CONSENT_STATES,
    LIFE_EVENTS,
    PAGES,
)
from mkt_pipeline.samples.dealership.record_service import VISIT_STATES
from mkt_pipeline.samples.dealership.record_trade import SALE_STATES

Kind = Literal["number", "optional", "time", "optional time", "date", "label", "text"]


@dataclass(frozen=True)
class TableColumn:
    """One column: ``optional`` ones hold 0 for null, ``label`` ones a position in ``labels``."""

    name: str
    kind: Kind = "number"
    labels: tuple[str, ...] = ()


def _columns(*columns: str | TableColumn) -> tuple[TableColumn, ...]:
    return tuple(c if isinstance(c, TableColumn) else TableColumn(c) for c in columns)


def _time(name: str) -> TableColumn:
    return TableColumn(name, "time")


def _optional(name: str) -> TableColumn:
    return TableColumn(name, "optional")


def _label(name: str, labels: tuple[str, ...]) -> TableColumn:
    return TableColumn(name, "label", labels)


_UPDATED = _time("updated_at")
_CITY_NAMES = tuple(name for name, _ in CITIES)
_LANGUAGE = _label("language", wording.LANGUAGES)
_BODY = _label("body", wording.ALL_BODIES)

EVENT_TABLES: Mapping[str, tuple[TableColumn, ...]] = {
    "household_changes": _columns(
        "change_id",
        "household_id",
        "person_id",
        _label("kind", LIFE_EVENTS),
        _label("city", _CITY_NAMES),
        _time("changed_at"),
        _UPDATED,
    ),
    "leads": _columns(
        "lead_id",
        "person_id",
        _label("origin", ORIGINS),
        _optional("trim_id"),
        _time("received_at"),
        _UPDATED,
    ),
    "test_drives": _columns("test_drive_id", "person_id", "trim_id", _time("driven_at"), _UPDATED),
    "quotes": _columns("quote_id", "person_id", "trim_id", "price", _time("quoted_at"), _UPDATED),
    "sales": _columns(
        "sale_id",
        "person_id",
        "trim_id",
        "price",
        _label("state", SALE_STATES),
        _optional("mailing_id"),
        _time("sold_at"),
        _UPDATED,
    ),
    "service_visits": _columns(
        "visit_id",
        "person_id",
        _optional("vehicle_id"),
        "package_id",
        _optional("mileage"),
        "amount",
        _label("state", VISIT_STATES),
        _time("visited_at"),
        _UPDATED,
    ),
    "web_visits": _columns(
        "web_visit_id",
        "person_id",
        _label("page", PAGES),
        _optional("trim_id"),
        _time("visited_at"),
        _UPDATED,
    ),
    "mailing_sends": _columns(
        "send_id",
        "mailing_id",
        "person_id",
        _time("sent_at"),
        TableColumn("opened_at", "optional time"),
        TableColumn("clicked_at", "optional time"),
        _UPDATED,
    ),
    "consent_log": _columns(
        "entry_id",
        "person_id",
        _label("channel", CONSENT_CHANNELS),
        _label("state", CONSENT_STATES),
        _time("effective_at"),
        _UPDATED,
    ),
    "complaints": _columns(
        "complaint_id", "person_id", _LANGUAGE, _BODY, _time("written_at"), _UPDATED
    ),
    "reviews": _columns(
        "review_id",
        "person_id",
        _optional("package_id"),
        "stars",
        _LANGUAGE,
        _BODY,
        _time("written_at"),
        _UPDATED,
    ),
}
"""Tables whose rows are written once, as they happen."""

TRUTH_TABLES: Mapping[str, tuple[TableColumn, ...]] = {
    "pending_cancellations": _columns("sale_id", _time("cancelled_at")),
    "duplicates": _columns("old_person_id", "new_person_id"),
}
"""Tables of what only the sample knows."""

STATE_TABLES: Mapping[str, tuple[TableColumn, ...]] = {
    "vehicles_owned": _columns(
        "vehicle_id",
        "person_id",
        "trim_id",
        _time("acquired_at"),
        TableColumn("disposed_at", "optional time"),
        _UPDATED,
    ),
    "households": _columns(
        "household_id",
        "size",
        _label("city", _CITY_NAMES),
        TableColumn("region", "text"),
        TableColumn("country", "text"),
        _time("created_at"),
        _UPDATED,
    ),
    "persons": _columns(
        "person_id",
        "household_id",
        *(TableColumn(n, "text") for n in ("salutation", "first_name", "last_name")),
        *(TableColumn(n, "text") for n in ("email", "phone")),
        TableColumn("date_of_birth", "date"),
        _label("origin", ORIGINS),
        "annual_km",
        "distance_km",
        _label("preferred_contract", CONTRACTS),
        TableColumn("is_business"),
        TableColumn("archived_at", "optional time"),
        _time("created_at"),
        _UPDATED,
    ),
    "person_merges": _columns("old_person_id", "new_person_id", _time("merged_at")),
}
"""Tables whose rows change later."""


def arrow_table(columns: Mapping[str, Any], spec: tuple[TableColumn, ...]) -> pa.Table:
    """The columns of ``spec``, in its order, as Arrow."""
    return pa.table({column.name: _array(columns[column.name], column) for column in spec})


def _array(values: NDArray[Any] | pa.Array, column: TableColumn) -> pa.Array:
    if column.kind == "label":
        indices = pa.array(np.asarray(values), type=pa.int32())
        return pa.DictionaryArray.from_arrays(indices, pa.array(column.labels)).dictionary_decode()
    if column.kind in ("time", "optional time"):
        absent = values == 0 if column.kind == "optional time" else None
        # Without a zone: the session is in UTC, and Arrow writes zoned times 20 times as slowly.
        return pa.array(values, mask=absent).cast(pa.timestamp("s"))
    if column.kind == "date":
        return pa.array(np.asarray(values, dtype=np.int32)).cast(pa.date32())
    if column.kind == "optional":
        return pa.array(values, mask=values == 0)
    return values if isinstance(values, pa.Array) else pa.array(values)
