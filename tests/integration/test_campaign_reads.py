"""What readers may ask of the campaign database."""

from datetime import date

import psycopg2
import pyarrow as pa
import pytest

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.publication import Publication

DAY = date(2026, 11, 16)


@pytest.fixture
def campaign(database_url: str) -> CampaignDatabase:
    """A database with five customers published: three high, none medium, two low."""
    database = CampaignDatabase(database_url)
    database.migrate()
    rows = pa.table(
        {
            "customer_id": ["a", "b", "c", "d", "e"],
            "propensity": [0.9, 0.8, 0.7, 0.2, 0.1],
            "segment": ["high", "high", "high", "low", "low"],
            "segment_rank": [1, 2, 3, 4, 5],
            "recommended_products": [[{"product_id": "p", "name": "Tea"}]] * 5,
            "reasons": [["bought twice", "asked for a price"]] * 5,
        }
    )
    publication = Publication(
        use_case="u",
        as_of=DAY,
        source="shop",
        model_name="propensity-u",
        model_version="3",
        run_id="r",
        airflow_run="nightly",
        expected_rows=5,
        history="reconstructed",
    )
    database.publish(publication=publication, rows=rows.to_reader())
    return database


def test_the_current_publication_tells_where_it_came_from(campaign: CampaignDatabase):
    current = campaign.current("u")
    assert current is not None
    assert (current.as_of, current.rows, current.model_version) == (DAY, 5, "3")
    assert (current.source, current.history, current.airflow_run) == (
        "shop",
        "reconstructed",
        "nightly",
    )
    assert current.counts == {"high": 3, "medium": 0, "low": 2}
    assert current.mean_propensity == pytest.approx(0.54)
    assert current.published_at.tzinfo is not None


def test_counts_name_every_segment(campaign: CampaignDatabase):
    counts = campaign.segment_counts("u")
    assert [(c.segment, c.customers, c.share) for c in counts] == [
        ("high", 3, 0.6),
        ("medium", 0, 0.0),
        ("low", 2, 0.4),
    ]
    assert counts[0].mean_propensity == pytest.approx(0.8)
    assert counts[1].mean_propensity is None


def test_examples_come_from_the_middle_of_every_segment(campaign: CampaignDatabase):
    assert [e.customer_id for e in campaign.examples("u", 2)] == ["b", "d"]
    assert [e.customer_id for e in campaign.examples("u", 3)] == ["a", "b", "d"]
    assert len(campaign.examples("u", 9)) == 5


def test_a_customer_is_shown_with_products_and_reasons(campaign: CampaignDatabase):
    shown = campaign.customer("u", "b")
    assert shown is not None
    assert (shown.segment, shown.segment_rank, shown.propensity) == ("high", 2, 0.8)
    assert shown.recommended_products == ({"product_id": "p", "name": "Tea"},)
    assert shown.reasons == ("bought twice", "asked for a price")


def test_what_was_never_published_is_empty(campaign: CampaignDatabase):
    assert campaign.current("other") is None
    assert campaign.publications("other") == ()
    assert campaign.examples("other", 3) == ()
    assert campaign.customer("u", "nobody") is None
    assert [(c.customers, c.share) for c in campaign.segment_counts("other")] == [(0, None)] * 3


def test_past_nights_are_not_read_for_the_current_one(
    campaign: CampaignDatabase, database_url: str
):
    past = campaign.publications("u")[0]
    publication = Publication(
        use_case="u",
        as_of=date(2026, 11, 17),
        source="shop",
        model_name="propensity-u",
        model_version="3",
        run_id="r",
        airflow_run=None,
        expected_rows=1,
    )
    row = {"customer_id": ["a"], "propensity": [0.5], "segment": ["high"]}
    lists = {"recommended_products": [[""]], "reasons": [[""]]}
    campaign.publish(publication=publication, rows=pa.table(row | lists).to_reader())
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE) SELECT * FROM campaign.current_segments")
        plan = [line for (line,) in cursor.fetchall()]
    connection.close()
    scans = [line for line in plan if f"segments_{past.publication_id} " in line]
    assert scans
    assert all("never executed" in line for line in scans)
