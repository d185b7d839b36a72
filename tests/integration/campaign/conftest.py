"""A campaign database, and nights to publish in it."""

from collections.abc import Callable, Iterator
from datetime import date

import psycopg2
import pyarrow as pa
import pytest

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.publication import Publication, Receipt
from mkt_pipeline.contracts.publication_limits import PublicationLimits

Night = Callable[..., Receipt]
Query = Callable[..., list[tuple]]


@pytest.fixture
def campaign(database_url: str) -> CampaignDatabase:
    database = CampaignDatabase(database_url)
    database.migrate()
    return database


@pytest.fixture
def query(database_url: str) -> Iterator[Query]:
    """Run one statement in a session of its own, as a reader would."""
    connection = psycopg2.connect(database_url)
    connection.autocommit = True

    def run(text: str, *parameters: object) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(text, parameters or None)
            return cursor.fetchall()

    yield run
    connection.close()


@pytest.fixture
def night(campaign: CampaignDatabase) -> Night:
    """Publish the night of a day in November: ``high="ab"`` are two customers with segment high."""

    def publish(
        day: int,
        *,
        limits: PublicationLimits | None = None,
        scale: float = 1.0,
        high: str = "",
        medium: str = "",
        low: str = "",
        **facts: object,
    ) -> Receipt:
        given = {"high": (high, 0.9), "medium": (medium, 0.5), "low": (low, 0.1)}
        rows = [
            {"customer_id": one, "propensity": p * scale, "segment": segment}
            for segment, (customers, p) in given.items()
            for one in customers
        ]
        table = pa.Table.from_pylist(
            [{**r, "recommended_products": "[]", "reasons": "[]"} for r in rows]
        )
        told = {
            "use_case": "u",
            "as_of": date(2026, 11, day),
            "source": "shop",
            "model_name": "propensity-u",
            "model_version": "3",
            "run_id": "run-1",
            "airflow_run": None,
            "expected_rows": len(rows),
            **facts,
        }
        return campaign.publish(
            publication=Publication(**told), rows=table.to_reader(), limits=limits
        )

    return publish
