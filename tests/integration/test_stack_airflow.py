"""A real Airflow, started with tiny DAGs: the chain of a night, a failed task, and its end."""

import json
import shutil
import stat
from pathlib import Path

import psutil
import pytest

from mkt_pipeline.errors import FailNowError, StackError
from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.airflow_api import AirflowApi
from mkt_pipeline.stack.airflow_pools import POOLS, ensure_pools
from mkt_pipeline.stack.dag_following import run_chain, run_dag, wait_for_dags
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.stack.launch import up
from mkt_pipeline.stack.programs import AIRFLOW_PIECES
from mkt_pipeline.stack.shutdown import down

DAY = "2026-03-01"
CHAIN = ("first", "second", "third")
TINY = Path(__file__).parent / "stack_dags"

WRONG = "from airflow.sdk import dag\nraise ValueError('no DAG')\n"


def ignore(*_):
    pass


@pytest.fixture(scope="module")
def where(tmp_path_factory, free_port):
    """Airflow without MLflow, in a folder with a space and a percent sign in its name."""
    folder = tmp_path_factory.mktemp("100 % mine")
    shutil.copytree(TINY, folder / "dags", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "dags" / "wrong.py").write_text(WRONG)
    (folder / "plugins").mkdir()
    settings = Settings(
        home=folder / "state",
        postgres_port=free_port(),
        mlflow_port=free_port(),
        airflow_port=free_port(),
        _env_file=None,
    )
    stack = deployment(settings, dags=folder / "dags", plugins=folder / "plugins")
    up(stack, only=AIRFLOW_PIECES, tell=ignore)
    yield stack
    family = list(airflow_processes(stack))
    ended = down(stack, tell=ignore)
    assert set(ended) == {"postgres", *AIRFLOW_PIECES}
    assert not [process for process in family if is_alive(process)]


def is_alive(process):
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def cmdline(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.fixture(scope="module")
def api(where):
    client = AirflowApi(where)
    wait_for_dags(client, (*CHAIN, "broken"))
    return client


def test_one_trigger_runs_the_whole_chain_for_its_day_also_the_second_time(api):
    for _ in range(2):
        seen = []
        run_chain(api, CHAIN, key=DAY, watch=seen.append, begun=ignore)

        ended = [step for step in seen if step.run.ended]
        assert [step.run.dag_id for step in ended] == list(CHAIN)
        assert {task.name for task in ended[1].tasks} == {
            "build [vehicles]",
            "build [services]",
            "announce",
        }
    assert [len(api.runs(dag_id, key=DAY)) for dag_id in CHAIN] == [2, 2, 2]


def test_a_run_that_goes_on_for_the_day_is_followed_and_not_doubled(api):
    other, ours = api.trigger("first", key="2026-03-02"), []
    ended = run_dag(api, "first", key="2026-03-02", watch=ignore, begun=ours.append)
    assert (ended.run_id, ended.state, ours) == (other.run_id, "success", [])
    assert len(api.runs("first", key="2026-03-02")) == 1


def test_a_failed_task_is_named_with_its_error_and_its_log(api):
    with pytest.raises(FailNowError) as caught:
        run_dag(api, "broken", key=DAY, watch=ignore, begun=ignore)

    assert caught.value.problem == "broken, task score failed: the champion is ill"
    log = Path(caught.value.remedy.removeprefix("read "))
    assert "the champion is ill" in log.read_text()


def test_the_pools_are_there_and_keep_what_a_person_changed(api):
    assert not api.create_pool("crm", slots=7, description="")
    ensure_pools(api)
    with pytest.raises(StackError, match="refused POST /pools"):
        api.create_pool("x", slots="many", description="")

    assert set(POOLS) == {"crm", "campaign"}


def test_a_dag_file_that_cannot_be_read_is_named(api):
    with pytest.raises(StackError, match=r"wrong\.py: ValueError: no DAG"):
        wait_for_dags(api, ["not_there"], patience_seconds=0)


def test_secrets_are_kept_from_other_users(where):
    written = [*where.secrets.iterdir(), where.airflow_home / "airflow.cfg"]

    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    assert json.loads((where.secrets / "airflow_passwords.json").read_text()).keys() == {"admin"}


def test_no_password_stands_on_a_command_line(where):
    secret = where.postgres.url("crm").split(":")[2].split("@")[0]

    assert not [p for p in psutil.process_iter() if secret in " ".join(cmdline(p))]


def test_nothing_listens_beyond_the_loopback(where):
    ours = {
        where.settings.postgres_port,
        where.settings.airflow_port,
        *(each.laddr.port for p in airflow_processes(where) for each in p.net_connections("inet")),
    }
    listening = [each for each in psutil.net_connections("inet") if each.status == "LISTEN"]

    assert {each.laddr.ip for each in listening if each.laddr.port in ours} == {"127.0.0.1"}


def airflow_processes(where):
    for piece in AIRFLOW_PIECES:
        pid = json.loads(where.pid_file(piece).read_text())["pid"]
        leader = psutil.Process(pid)
        yield from (leader, *leader.children(recursive=True))
