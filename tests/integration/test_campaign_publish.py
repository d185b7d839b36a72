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


def test_a_rerun_replaces_its_own_day_and_changes_nothing_else(
    campaign: CampaignDatabase, query: Query
):
    tuesday, wednesday = date(2026, 11, 17), date(2026, 11, 18)
    first = campaign.publish(publication=publication(MONDAY), rows=segments())
    second = campaign.publish(publication=publication(tuesday), rows=segments())
    third = campaign.publish(publication=publication(wednesday), rows=segments())
    kept = "SELECT * FROM campaign.segments WHERE publication_id IN (%s, %s) ORDER BY 1, 2"
    before = query(kept, (first.publication_id, third.publication_id))

    rerun = campaign.publish(publication=publication(tuesday, rows=3), rows=segments(3, mark="d"))

    assert (rerun.replaced, rerun.is_current) == (second.publication_id, False)
    assert query(kept, (first.publication_id, third.publication_id)) == before
    assert query("SELECT DISTINCT as_of FROM campaign.current_segments") == [(wednesday,)]
    assert query("SELECT count(*) FROM campaign.segments") == [(4 + 3 + 4,)]
    assert query(f"SELECT to_regclass('campaign.segments_{second.publication_id}')") == [(None,)]
    shown = "SELECT publication_id, status, is_current FROM campaign.publications ORDER BY 1"
    assert query(shown) == [
        (first.publication_id, "published", False),
        (second.publication_id, "replaced", False),
        (third.publication_id, "published", True),
        (rerun.publication_id, "published", False),
    ]


def test_a_rerun_of_the_current_day_becomes_current(campaign: CampaignDatabase, query: Query):
    campaign.publish(publication=publication(), rows=segments())
    rerun = campaign.publish(publication=publication(rows=2), rows=segments(2, mark="d"))
    assert rerun.is_current
    assert query("SELECT customer_id FROM campaign.current_segments ORDER BY 1") == [
        ("d0",),
        ("d1",),
    ]


def test_an_older_day_is_published_without_becoming_current(campaign: CampaignDatabase):
    campaign.publish(publication=publication(MONDAY), rows=segments())
    backfilled = campaign.publish(publication=publication(date(2026, 11, 1)), rows=segments())
    current = campaign.current("repeat_purchase")
    assert not backfilled.is_current
    assert current is not None
    assert current.as_of == MONDAY


def test_use_cases_are_published_apart(campaign: CampaignDatabase, query: Query):
    campaign.publish(publication=publication(), rows=segments())
    campaign.publish(publication=publication(use_case="win_back", rows=2), rows=segments(2))
    shown = "SELECT use_case, count(*) FROM campaign.current_segments GROUP BY 1 ORDER BY 1"
    assert query(shown) == [
        ("repeat_purchase", 4),
        ("win_back", 2),
    ]


def test_products_and_reasons_may_come_as_arrow_lists(campaign: CampaignDatabase, query: Query):
    products = [[{"product_id": '"1"', "name": "Tea, Ünit"}], []]
    rows = segments(2, recommended_products=products, reasons=[["a\nb", "c"], []])
    campaign.publish(publication=publication(rows=2), rows=rows)
    shown = (
        "SELECT recommended_products, reasons FROM campaign.current_segments ORDER BY customer_id"
    )
    assert query(shown) == [(products[0], ["a\nb", "c"]), ([], [])]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (lambda: segments(3), "3 rows arrived where 4 were scored"),
        (lambda: segments(customer_id=["c0", "c0", "c1", "c2"]), "more than once"),
        (lambda: segments(customer_id=["c0", None, "c1", "c2"]), "customer_id is null"),
        (lambda: segments(customer_id=["c0", "", "c1", "c2"]), "customer id is empty"),
        (lambda: segments(propensity=[0.1, 0.2, 0.3, 1.1]), "not between 0 and 1"),
        (lambda: segments(propensity=[0.1, 0.2, 0.3, float("nan")]), "not between 0 and 1"),
        (lambda: segments(propensity=[0.1, 0.2, 0.3, None]), "propensity is null"),
        (lambda: segments(segment=["high", "low", "low", "hot"]), "high, medium, low"),
        (lambda: segments(segment_rank=[1, 2, 3, 0]), "below 1"),
        (lambda: segments(reasons=['{"a": 1}'] * 4), "reasons are not a JSON list"),
        (lambda: segments(reasons=["not json"] * 4), "wrong form"),
        (lambda: segments(reasons=[1, 2, 3, 4]), "column reasons has type int64"),
        (lambda: segments(colour=["red"] * 4), "unknown columns"),
        (lambda: segments().read_all().drop_columns("reasons").to_reader(), "miss the columns"),
    ],
)
def test_a_bad_night_is_refused_and_yesterday_stays(
    campaign: CampaignDatabase, query: Query, rows: Callable, problem: str
):
    yesterday = campaign.publish(publication=publication(), rows=segments())
    state = "SELECT to_jsonb(p) FROM campaign.publications p"
    before = query(state)
    with pytest.raises(DataRefusedError, match=problem) as refusal:
        campaign.publish(publication=publication(date(2026, 11, 17)), rows=rows())
    assert "c0" not in str(refusal.value)
    assert query(state) == before
    assert query("SELECT publication_id, count(*) FROM campaign.current_segments GROUP BY 1") == [
        (yesterday.publication_id, 4)
    ]
    assert query("SELECT publication_id FROM campaign.segment_partitions") == [
        (yesterday.publication_id,)
    ]


def test_nobody_to_publish_is_refused(campaign: CampaignDatabase):
    with pytest.raises(DataRefusedError, match="nobody to publish"):
        campaign.publish(publication=publication(rows=0), rows=segments(0))


def test_another_source_is_refused_with_the_way_out(campaign: CampaignDatabase):
    campaign.publish(publication=publication(), rows=segments())
    with pytest.raises(BadInputError, match="MKT_CAMPAIGN_URL"):
        campaign.publish(publication=publication(source="odoo17"), rows=segments())


def test_an_error_of_the_scores_arrives_as_it_is(campaign: CampaignDatabase):
    def batches() -> Iterator[pa.RecordBatch]:
        yield from segments()
        raise DataRefusedError("score is gone", remedy="score again")

    reader = pa.RecordBatchReader.from_batches(segments().schema, batches())
    with pytest.raises(DataRefusedError, match="score is gone"):
        campaign.publish(publication=publication(), rows=reader)
    assert campaign.current("repeat_purchase") is None
