"""A publication that is killed, starved or locked out leaves yesterday in place."""

from collections.abc import Callable, Iterator
from datetime import date

import psycopg2
import pyarrow as pa
import pytest

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.database_errors import as_ours
from mkt_pipeline.campaign.publication import Publication
from mkt_pipeline.errors import (
    AccessRefusedError,
    BadInputError,
    FailNowError,
    ServerUnavailableError,
    StorageFullError,
)
from mkt_pipeline.stack.postgres import EmbeddedPostgres

YESTERDAY, TODAY = date(2026, 11, 15), date(2026, 11, 16)


def batch(mark: str) -> pa.RecordBatch:
    columns = {"customer_id": [mark], "propensity": [0.5], "segment": ["high"]}
    lists = {"recommended_products": ["[]"], "reasons": ["[]"]}
    return pa.record_batch(columns | lists)


def publish(campaign: CampaignDatabase, *, day: date, batches: Iterator[pa.RecordBatch]) -> None:
    publication = Publication(
        use_case="u",
        as_of=day,
        source="shop",
        model_name="m",
        model_version="1",
        run_id="r",
        airflow_run=None,
        expected_rows=2,
    )
    rows = pa.RecordBatchReader.from_batches(batch("a").schema, batches)
    campaign.publish(publication=publication, rows=rows)


@pytest.fixture
def campaign(database_url: str) -> CampaignDatabase:
    database = CampaignDatabase(database_url)
    database.migrate()
    publish(database, day=YESTERDAY, batches=iter([batch("a"), batch("b")]))
    return database


@pytest.fixture
def kill_publisher(database_url: str) -> Callable[[], None]:
    """End the session that publishes, as a crash of its server process would."""

    def kill() -> None:
        with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE"
                " application_name = 'mkt_pipeline campaign' AND datname = current_database()"
            )
            assert cursor.fetchone() == (1,)
        connection.close()

    return kill


def test_a_session_killed_in_the_middle_leaves_yesterday(
    campaign: CampaignDatabase, database_url: str, kill_publisher: Callable[[], None]
):
    def interrupted() -> Iterator[pa.RecordBatch]:
        yield batch("a")
        kill_publisher()
        yield batch("b")

    before = campaign.publications("u")
    with pytest.raises(ServerUnavailableError):
        publish(campaign, day=TODAY, batches=interrupted())
    assert campaign.publications("u") == before
    assert campaign.customer("u", "a").as_of == YESTERDAY

    publish(campaign, day=TODAY, batches=iter([batch("a"), batch("b")]))
    assert campaign.customer("u", "a").as_of == TODAY
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_inherits WHERE inhparent = 'campaign.segments'::regclass"
        )
        assert cursor.fetchone() == (2,)
    connection.close()


def test_an_interrupt_by_hand_leaves_yesterday(campaign: CampaignDatabase):
    def interrupted() -> Iterator[pa.RecordBatch]:
        yield batch("a")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(campaign, day=TODAY, batches=interrupted())
    assert campaign.current("u").as_of == YESTERDAY


def test_a_server_that_is_not_there(free_port: Callable[[], int]):
    url = f"postgresql://mkt:secret@127.0.0.1:{free_port()}/campaign"
    with pytest.raises(ServerUnavailableError) as refusal:
        CampaignDatabase(url).migrate()
    assert "secret" not in str(refusal.value)


def test_a_wrong_password_is_refused_without_naming_it(postgres: EmbeddedPostgres):
    url = f"postgresql://mkt:wrong-secret@127.0.0.1:{postgres.port}/postgres"
    with pytest.raises(AccessRefusedError, match="password") as refusal:
        CampaignDatabase(url).migrate()
    assert "wrong-secret" not in str(refusal.value)


def test_a_database_that_does_not_exist(postgres: EmbeddedPostgres):
    with pytest.raises(AccessRefusedError, match="does not exist"):
        CampaignDatabase(postgres.url("nowhere")).current("u")


def test_an_address_that_cannot_be_read():
    with pytest.raises(BadInputError, match="MKT_CAMPAIGN_URL") as refusal:
        CampaignDatabase("mysql://mkt:secret@host/x").current("u")
    assert "secret" not in str(refusal.value)


def test_a_database_without_the_schema(database_url: str):
    with pytest.raises(FailNowError, match="no campaign tables"):
        CampaignDatabase(database_url).current("u")


def test_a_user_without_the_privilege(campaign: CampaignDatabase, database_url: str):
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE ROLE stranger LOGIN PASSWORD 'pw'")
    connection.close()
    stranger = "postgresql://stranger:pw@" + database_url.split("@")[1]
    with pytest.raises(AccessRefusedError, match="privilege"):
        CampaignDatabase(stranger).current("u")
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute("DROP ROLE stranger")
    connection.close()


def test_a_full_disk_may_be_tried_again(database_url: str):
    connection = psycopg2.connect(database_url)
    raised = "DO $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$"
    with connection.cursor() as cursor, pytest.raises(psycopg2.Error) as error:
        cursor.execute(raised)
    connection.close()
    assert isinstance(as_ours(error.value), StorageFullError)
