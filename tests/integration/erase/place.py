"""A lake and a campaign database from which a person is erased."""

import dataclasses
from datetime import UTC, date, datetime, timedelta

import psycopg2
import pyarrow as pa
from lake_nights import append_night

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.publication import Publication
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.reading import Reading, ServerState
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.night_limits import Limits
from mkt_pipeline.steps.erase import erase_person, verify_erased

HER = "Zoë's 4711"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TYPES = {
    "text": pa.string(),
    "timestamptz": pa.timestamp("us", tz="UTC"),
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "decimal": pa.decimal128(18, 4),
}
LIMITS = Limits(may_be_empty=True, quarantine=0.01)


@dataclasses.dataclass
class Rows:
    """The rows of an entity as the CRM holds them; a part of them where ``since`` is given."""

    entity: object
    rows: list
    since: datetime | None = None
    fetched: list = dataclasses.field(default_factory=list)

    @property
    def reading(self):
        return Reading("test", changed_since=self.since, keys=self.since is not None)

    def changed(self):
        found = [r for r in self.rows if self.since is None or r["updated_at"] >= self.since]
        return self._reader(found)

    def keys(self):
        key = self.entity.key
        return pa.table({key: pa.array([r[key] for r in self.rows], pa.string())}).to_reader()

    def of(self, keys):
        self.fetched += keys
        return self._reader([r for r in self.rows if r[self.entity.key] in keys])

    def every(self):
        return self._reader(self.rows)

    def _reader(self, rows):
        schema = pa.schema([(c.name, TYPES[c.type]) for c in self.entity.columns])
        return pa.Table.from_pylist(rows, schema=schema).to_reader()


def customer(customer_id, **more):
    regular = {"customer_id": customer_id, "created_at": NOW, "updated_at": NOW}
    return {**regular, "is_active": True, **more}


def order(key, customer_id, **more):
    regular = {"order_line_id": key, "order_id": key, "customer_id": customer_id}
    times = {"ordered_at": NOW, "updated_at": NOW}
    return {**regular, **times, "quantity": 1, "amount": 5, "status": "confirmed", **more}


class Place:
    """A lake and a campaign database, with a night for every call."""

    def __init__(self, folder, url):
        self.lake = Lake(str(folder / "lake"), "shop", "UTC", folder / "home" / "scratch")
        self.folder, self.url = folder, url
        self.campaign = CampaignDatabase(url)
        self.campaign.migrate()
        self.day = date(2026, 1, 10)

    def night(self, entity, rows, *, since=None):
        self.day += timedelta(days=1)
        source = Rows(entity, rows, since)
        taken = datetime.combine(self.day, datetime.min.time(), UTC)
        done = append_night(
            self.lake,
            entity,
            source,
            as_of=AsOf(self.day),
            server=ServerState(taken, None, 0.0),
            limits=LIMITS,
        )
        return done, source

    def score(self, customers, day):
        rows = [{"customer_id": c, "as_of": str(day), "propensity": 0.5} for c in customers]
        table, facts = pa.Table.from_pylist(rows), {"run_id": str(day), "customers": len(rows)}
        self.lake.write_scores("u", AsOf(day), table.to_reader(), facts=facts)

    def publish(self, customers, day):
        lists = {"segment": "low", "recommended_products": "[]", "reasons": "[]"}
        rows = [{"customer_id": c, "propensity": 0.1, **lists} for c in customers]
        told = {"model_name": "m", "model_version": "1", "run_id": "r", "airflow_run": None}
        publication = Publication(
            use_case="u", as_of=day, source="shop", expected_rows=len(rows), **told
        )
        table = pa.Table.from_pylist(rows)
        self.campaign.publish(publication=publication, rows=table.to_reader())

    def erase(self, customer_id=HER, reason="a request", **more):
        return erase_person(
            lake=self.lake,
            campaign=self.campaign,
            customer_id=customer_id,
            who="approver",
            reason=reason,
            **more,
        )

    def verify(self, customer_id=HER):
        return verify_erased(lake=self.lake, campaign=self.campaign, customer_id=customer_id)

    def log(self, entity):
        with self.lake.session() as session:
            return self.lake.logs(session)[entity].to_pyarrow().to_pylist()

    def query(self, text, *parameters):
        with psycopg2.connect(self.url) as connection, connection.cursor() as cursor:
            cursor.execute(text, parameters or None)
            found = cursor.fetchall()
        connection.close()
        return found


PEOPLE = [customer(HER, city="Ulm"), *(customer(f"c{n}") for n in range(30))]
LINES = [
    order("h1", HER),
    order("h2", HER),
    *(order(f"o{n}", f"c{n}") for n in range(30)),
]
