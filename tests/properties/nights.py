"""A CRM whose rows change from night to night, and a lake that is fed from it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
from deltalake import DeltaTable
from lake_nights import append_night

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.contracts.reading import Reading, ServerState
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.night_limits import Limits

from .engine import by_duckdb, exact
from .histories import ARROW, ATTRIBUTES, FALLEN

LIMITS = Limits(may_be_empty=True, quarantine=1.0, shrink=1.0)
FIRST = date(2026, 1, 20)


def crm_schema(entity):
    columns = {column.name: ARROW[column.type] for column in ENTITIES[entity].columns}
    return pa.schema({**columns, **(ATTRIBUTES if entity == "customers" else {})})


@dataclass
class WholeTable:
    """Rows that are all there are."""

    table: pa.Table

    @property
    def reading(self):
        return Reading("all")

    def changed(self):
        return self.table.to_reader()


class Crm:
    """The rows as they are now; ``doubled`` are keys that stand there twice."""

    def __init__(self):
        self.rows = {name: {} for name in ENTITIES}
        self.doubled = {name: set() for name in ENTITIES}

    def happen(self, event):
        """One event of ``histories``, at its time as far as the CRM says (never for deletes)."""
        key, rows = ENTITIES[event.entity].key, self.rows[event.entity]
        one, stamp = event.row[key], {"updated_at": event.known_at}
        self.doubled[event.entity].discard(one)
        if event.act == "delete":
            rows.pop(one, None)
        elif event.act == "merge" and "customer_id" in event.row:
            self._merge(event.row["customer_id"])
        elif event.act == "repeat" and one in rows:
            self.doubled[event.entity].add(one)
        elif event.act == "cancel" and one in rows:
            rows[one] = rows[one] | FALLEN.get(event.entity, {}) | stamp
        else:
            rows[one] = event.row | stamp

    def _merge(self, customer):
        """Moves no timestamp, as merging two partners in Odoo does not."""
        for name in ("orders", "interactions", "consents", "texts"):
            for row in self.rows[name].values():
                if row["customer_id"] == customer:
                    row["customer_id"] = "c1"
        if customer != "c1":
            self.rows["customers"].pop(customer, None)

    def table(self, entity):
        rows, names = self.rows[entity], crm_schema(entity).names
        found = [*rows.values(), *(rows[key] for key in self.doubled[entity] if key in rows)]
        found = [{name: row.get(name) for name in names} for row in found]
        return pa.Table.from_pylist(found, schema=crm_schema(entity))


def extract(lake, crm, day):
    """A night for a day, two hours after it began."""
    taken = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=2)
    for name, entity in ENTITIES.items():
        source, server = WholeTable(crm.table(name)), ServerState(taken, None, 0.0)
        append_night(lake, entity, source, as_of=AsOf(day), server=server, limits=LIMITS)


def compact(lake):
    """What housekeeping does: few large files in place of many small ones."""
    for name in ENTITIES:
        DeltaTable(f"{lake.uri}/crm/{name}").optimize.compact()


def features_of(lake: Lake, day, case):
    """The feature set of a day from what the lake holds now."""
    with lake.session() as session:
        logs = {n: session.stream(log).read_all() for n, log in lake.logs(session).items()}
    return exact(by_duckdb(logs, case, AsOf(day)))
