"""A campaign database, and nights to publish in it."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date

import psycopg2
import pyarrow as pa
import pytest

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.publication import Publication, Receipt
from mkt_pipeline.campaign.rights import grants_text
from mkt_pipeline.contracts.publication_limits import PublicationLimits

Night = Callable[..., Receipt]
Query = Callable[..., list[tuple]]


@pytest.fixture
def roles(database_url: str) -> Iterator[dict[str, str]]:
    """The addresses of a writer and a reader with the rights that are printed, and no others."""
    CampaignDatabase(database_url).migrate()
    names = {kind: f"{kind} {uuid.uuid4().hex[:8]}" for kind in ("writer", "reader")}
    made = "".join(f"CREATE ROLE \"{name}\" LOGIN PASSWORD 'p';" for name in names.values())
    execute(database_url, made)
    execute(database_url, grants_text(**names))
    yield {
        kind: psycopg2.extensions.make_dsn(database_url, user=name, password="p")
        for kind, name in names.items()
    }
    gone = "".join(f'DROP OWNED BY "{name}"; DROP ROLE "{name}";' for name in names.values())
    execute(database_url, gone)


def execute(url: str, text: str) -> None:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(text)


@pytest.fixture
def writer_url(roles: dict[str, str]) -> str:
    """The address of a writer, who owns nothing; tests outside this folder write as the owner."""
    return roles["writer"]


@pytest.fixture
def campaign(writer_url: str) -> CampaignDatabase:
    """A campaign database as a writer sees it."""
    return CampaignDatabase(writer_url)


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
