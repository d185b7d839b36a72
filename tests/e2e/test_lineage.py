"""OpenLineage events of a real Airflow, as the file transport writes them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mkt_pipeline.samples.dealership import load_dealership
from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.addresses import addresses
from mkt_pipeline.stack.airflow_api import AirflowApi
from mkt_pipeline.stack.dag_following import run_chain, wait_for_dags
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.stack.launch import up
from mkt_pipeline.stack.programs import AIRFLOW_PIECES
from mkt_pipeline.stack.shutdown import down

DAY = datetime.now(UTC).date()
CHAIN = ("crm_extract", "customer_features")
ENTITIES = ("consents", "customers", "interactions", "orders", "products", "texts")


def ignore(*_):
    pass


@pytest.fixture(scope="module")
def where(tmp_path_factory, free_port):
    """A stack whose lineage goes to a file; it needs no MLflow for features."""
    folder = tmp_path_factory.mktemp("lineage")
    settings = Settings(
        home=folder / "state",
        use_cases="service_visit",
        postgres_port=free_port(),
        mlflow_port=free_port(),
        airflow_port=free_port(),
        today=DAY,
        _env_file=None,
    )
    stack = deployment(settings)
    with pytest.MonkeyPatch.context() as shell:
        shell.setenv("OPENLINEAGE__TRANSPORT__TYPE", "file")
        shell.setenv("OPENLINEAGE__TRANSPORT__LOG_FILE_PATH", str(folder / "events.json"))
        shell.setenv("OPENLINEAGE__TRANSPORT__APPEND", "true")
        up(stack, only=("postgres",), tell=ignore)
        load_dealership(url=addresses(settings).crm, customers=500, years=1, until=DAY)
        up(stack, only=AIRFLOW_PIECES, tell=ignore)
    yield stack
    down(stack, tell=ignore)


@pytest.fixture(scope="module")
def events(where):
    """Events of the tasks of a night's first two DAGs."""
    api = AirflowApi(where)
    wait_for_dags(api, CHAIN)
    run_chain(api, CHAIN, key=str(DAY), watch=ignore, begun=ignore)
    lines = Path(where.home.parent / "events.json").read_text().splitlines()
    return [json.loads(line) for line in lines]


def names(events, job, kind, side):
    """The data sets of the events of one task, without their namespaces."""
    found = [
        event for event in events if event["job"]["name"] == job and event["eventType"] == kind
    ]
    assert found, (job, kind, sorted({(e["job"]["name"], e["eventType"]) for e in events}))
    return {one["name"] for one in found[0][side]}


@pytest.mark.parametrize("kind", ["START", "COMPLETE"])
def test_an_extraction_names_tables_of_the_crm_and_tables_of_the_lake(events, where, kind):
    read = names(events, "crm_extract.extract", kind, "inputs")
    assert {"crm.dealership.persons", "crm.dealership.sales"} <= read
    written = names(events, "crm_extract.extract", kind, "outputs")
    lake = where.settings.lake
    assert written == {f"{lake}/{k}/{e}" for k in ("crm", "quarantine") for e in ENTITIES}
    assert all(Path(f"{lake}/crm/{entity}").is_dir() for entity in ENTITIES)


@pytest.mark.parametrize("kind", ["START", "COMPLETE"])
def test_a_mapped_task_names_what_its_own_use_case_reads_and_writes(events, where, kind):
    lake = where.settings.lake
    read = names(events, "customer_features.build", kind, "inputs")
    assert read == {f"{lake}/crm/{entity}" for entity in ENTITIES}
    written = names(events, "customer_features.build", kind, "outputs")
    assert written == {f"{lake}/features/service_visit"}
    assert Path(f"{lake}/features/service_visit").is_dir()


def test_what_one_dag_writes_the_next_reads_under_the_same_name(events):
    extracted = names(events, "crm_extract.extract", "COMPLETE", "outputs")
    assert names(events, "customer_features.build", "START", "inputs") <= extracted


def test_events_hold_no_password_and_no_source_code(events, where):
    text = json.dumps(events)
    password = urlsplit(addresses(where.settings).crm).password
    assert password
    assert password not in text
    assert "told_to_airflow" not in text
