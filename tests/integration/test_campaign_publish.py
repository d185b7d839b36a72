"""Publications against a real PostgreSQL: what readers see, and what is refused."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import psycopg2
import pyarrow as pa
import pytest

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.publication import Publication
from mkt_pipeline.errors import BadInputError, DataRefusedError

MONDAY = date(2026, 11, 16)
PRODUCTS = '[{"product_id": "p1", "name": "Tea"}]'
Query = Callable[..., list[tuple]]


def publication(day: date = MONDAY, *, rows: int = 4, **changes: object) -> Publication:
    given = Publication(
        use_case="repeat_purchase",
        as_of=day,
        source="online_retail",
        model_name="propensity-repeat_purchase",
        model_version="3",
        run_id="run-1",
        airflow_run=None,
        expected_rows=rows,
    )
    return replace(given, **changes)


def segments(count: int = 4, *, mark: str = "c", **columns: list) -> pa.RecordBatchReader:
    """``count`` customers named c0, c1 ..., in turn high, medium and low."""
    table = {
        "customer_id": [f"{mark}{i}" for i in range(count)],
        "propensity": [0.9 - 0.8 * i / count for i in range(count)],
        "segment": [("high", "medium", "low")[i % 3] for i in range(count)],
        "recommended_products": [PRODUCTS] * count,
        "reasons": ['["2 visits in the last 30 days"]'] * count,
        **columns,
    }
    return pa.table(table).to_reader()


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

    def run(text: str, parameters: tuple = ()) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(text, parameters or None)
            return cursor.fetchall()

    yield run
    connection.close()


def test_a_published_night_is_what_the_view_shows(campaign: CampaignDatabase, query: Query):
    receipt = campaign.publish(publication=publication(), rows=segments())
    assert (receipt.rows, receipt.is_current, receipt.replaced) == (4, True, None)
    assert receipt.counts == {"high": 2, "medium": 1, "low": 1}
    assert receipt.mean_propensity == pytest.approx(0.6)
    assert query(
        "SELECT use_case, as_of, customer_id, segment, propensity, recommended_products, reasons,"
        " model_version FROM campaign.current_segments ORDER BY customer_id LIMIT 1"
    ) == [
        (
            "repeat_purchase",
            MONDAY,
            "c0",
            "high",
            0.9,
            [{"product_id": "p1", "name": "Tea"}],
            ["2 visits in the last 30 days"],
            "3",
        )
    ]
