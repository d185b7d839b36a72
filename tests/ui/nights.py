"""Nights for the page to show: a real champion, real scores, one publication that is held."""

from dataclasses import dataclass
from datetime import date, timedelta

import psycopg2
import pyarrow as pa
from quick_training import trained_quickly

from mkt_pipeline.campaign.publication import Publication
from mkt_pipeline.campaign.publication_held import PublicationHeldError
from mkt_pipeline.wiring.monitoring import monitor
from mkt_pipeline.wiring.pipeline import Pipeline

TODAY = date(2026, 11, 1)
TRAINED, MEASURED = "2026-08-25", "2026-08-28"
CASE, UNUSED = "service_visit", "vehicle_purchase"
KEPT = (
    "use_case",
    "source",
    "model_name",
    "model_version",
    "run_id",
    "airflow_run",
    "history",
    "published_by",
    "model_digest",
    "data_versions",
)
ORIGIN = {
    "airflow_dag_id": "nightly_scoring",
    "airflow_run_id": "asset_triggered__2026-11-01T00:41",
}


@dataclass(frozen=True)
class Shown:
    """The pipeline, and what the page has to show of it."""

    pipeline: Pipeline
    days: tuple[date, ...]


def make_nights(pipeline: Pipeline, *, nights: int) -> Shown:
    """A champion of the summer, a publication that has closed, and the last nights up to today."""
    pipeline.extract(as_of=str(TODAY))
    trained = trained_quickly(pipeline, CASE).train(CASE, as_of=TRAINED)
    assert trained.promoted, trained.sentence
    days = tuple(TODAY - timedelta(days=n) for n in reversed(range(nights)))
    for day in (date.fromisoformat(MEASURED), *days):
        publish(pipeline, day)
    monitor(pipeline, CASE, as_of=str(TODAY))
    return Shown(pipeline, days)


def publish(pipeline: Pipeline, day: date) -> None:
    score(pipeline, day)
    pipeline.publish(CASE, as_of=str(day), origin=ORIGIN)


def score(pipeline: Pipeline, day: date) -> None:
    pipeline.features(CASE, as_of=str(day))
    pipeline.score(CASE, as_of=str(day))


def hold(pipeline: Pipeline, day: date) -> None:
    """Publish the current night for ``day`` without a third of its customers: it is held.

    Every call leaves out another number, for what was released once is not held again.
    """
    database = pipeline.campaign_database
    current = database.current(CASE)
    assert current is not None
    rows = _rows(pipeline, current.publication_id)
    rows = rows.slice(rows.num_rows // 3 + len(database.publications(CASE, 400)))
    told = {
        name: getattr(current, name) for name in Publication.__dataclass_fields__ if name in KEPT
    }
    publication = Publication(**told, as_of=day, expected_rows=rows.num_rows)
    try:
        database.publish(
            publication=publication,
            rows=rows.to_reader(),
            limits=pipeline.use_case(CASE).publication,
        )
    except PublicationHeldError:
        return
    raise AssertionError("the night was not held")


def put_back(pipeline: Pipeline) -> None:
    """Publish the scores of today once more, as they are."""
    pipeline.publish(CASE, as_of=str(TODAY), origin=ORIGIN)


def _rows(pipeline: Pipeline, publication_id: int) -> pa.Table:
    connection = psycopg2.connect(pipeline.campaign)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id, propensity, segment, recommended_products::text, reasons::text"
            " FROM campaign.segments WHERE publication_id = %s ORDER BY md5(customer_id)",
            [publication_id],
        )
        columns = zip(*cursor.fetchall(), strict=True)
    connection.close()
    names = ("customer_id", "propensity", "segment", "recommended_products", "reasons")
    return pa.table(dict(zip(names, map(list, columns), strict=True)))


def any_customer(pipeline: Pipeline) -> str:
    """A customer of the current night, in the best segment."""
    return pipeline.campaign_database.examples(CASE, 3)[0].customer_id
