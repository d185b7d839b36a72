"""Real PostgreSQL and MLflow, started and stopped as `mkt stack up --only mlflow` does."""

import os
import signal
import socket
import subprocess
import sys
import time
from types import SimpleNamespace

import psycopg2
import pytest

from mkt_pipeline.errors import BusyError, StackError
from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.addresses import addresses
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.stack.health import is_healthy
from mkt_pipeline.stack.launch import up
from mkt_pipeline.stack.pid_file import PidFile
from mkt_pipeline.stack.removal import remove
from mkt_pipeline.stack.shutdown import down
from mkt_pipeline.stack.stack_lock import stack_lock
from mkt_pipeline.stack.status import status

ONLY = ("mlflow",)


class Told(list):
    def __call__(self, piece, what):
        self.append(f"{piece}: {what}")


@pytest.fixture
def told():
    return Told()


def stack_in(home, free_port):
    settings = Settings(
        home=home,
        postgres_port=free_port(),
        mlflow_port=free_port(),
        airflow_port=free_port(),
        _env_file=None,
    )
    return deployment(settings)


@pytest.fixture
def where(tmp_path, free_port):
    """A stack in a folder with a space in its name; whatever runs is stopped at the end."""
    stack = stack_in(tmp_path / "state folder", free_port)
    yield stack
    down(stack, tell=Told())


def states(where):
    return {piece.piece: piece.state for piece in status(where)}


def test_from_nothing_to_up_to_reused_to_repaired_to_removed(where, told):
    with pytest.raises(StackError, match=r"was never started → .*mkt stack up"):
        _ = addresses(where.settings).crm

    assert up(where, only=ONLY, tell=told) == ("postgres", "mlflow")
    assert states(where)["mlflow"] == states(where)["postgres"] == "up"
    assert states(where)["scheduler"] == "down"
    assert is_healthy(where, "mlflow")

    told.clear()
    assert up(where, only=ONLY, tell=told) == ()
    assert told == ["postgres: already up", "mlflow: already up"]

    first = PidFile.read(where.pid_file("mlflow"))
    os.kill(first.pid, signal.SIGKILL)
    wait_until(lambda: states(where)["mlflow"] == "stale pid file")
    told.clear()
    assert up(where, only=ONLY, tell=told) == ("mlflow",)
    assert f"mlflow pid file: done: it was stale (no process {first.pid} of ours), removed" in told

    assert addresses(where.settings).campaign.endswith("/campaign")
    down(where, tell=told)
    with pytest.raises(StackError, match=r"campaign database, is not running → .*mkt stack up"):
        _ = addresses(where.settings).campaign

    (where.home / "notes.txt").write_text("mine")
    assert remove(where, tell=told) == ("notes.txt",)
    assert list(where.home.iterdir()) == [where.home / "notes.txt"]
    assert set(states(where).values()) == {"down"}


def test_a_taken_port_is_named_before_anything_is_started(where, told):
    with (
        socket.create_server(("127.0.0.1", where.settings.mlflow_port)),
        pytest.raises(StackError, match=r"of mlflow is taken .* MKT_MLFLOW_PORT"),
    ):
        up(where, only=ONLY, tell=told)

    assert told == []
    assert set(states(where).values()) == {"down"}


def test_a_piece_that_dies_at_start_is_named_with_its_last_words_and_its_log(where, told):
    up(where, only=("postgres",), tell=told)
    spoil_schema(where.postgres.url("mlflow"))

    with pytest.raises(StackError) as caught:
        up(where, only=ONLY, tell=told)

    assert "mlflow ended while it started: " in caught.value.problem
    assert "no_such_revision" in caught.value.problem
    assert str(where.log("mlflow")) in caught.value.remedy
    assert states(where)["mlflow"] == "down"
    assert states(where)["postgres"] == "up", "it ran before this call"


def spoil_schema(url):
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE alembic_version (version_num text)")
        cursor.execute("INSERT INTO alembic_version VALUES ('no_such_revision')")
    connection.close()


def test_a_server_on_the_port_of_earlier_settings_moves(where, told, free_port):
    up(where, only=("postgres",), tell=told)
    moved = where.settings.model_copy(update={"postgres_port": free_port()})

    up(deployment(moved), only=("postgres",), tell=told)

    assert f"postgres: moving to port {moved.postgres_port}" in told
    psycopg2.connect(deployment(moved).postgres.url("crm")).close()


def test_two_at_once_in_one_folder_are_refused(where, told):
    with stack_lock(where), pytest.raises(BusyError, match="another mkt"):
        up(where, only=("postgres",), tell=told)


def test_two_stacks_in_two_folders_do_not_disturb_each_other(where, told, tmp_path, free_port):
    other = stack_in(tmp_path / "other", free_port)
    up(where, only=("postgres",), tell=told)
    up(other, only=("postgres",), tell=told)

    assert down(other, tell=told) == ("postgres",)

    assert states(where)["postgres"] == "up"
    assert down(other, tell=told) == ()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_start_that_is_interrupted_leaves_nothing_running(where, number):
    mkt = start_mkt_stack_up(where)
    wait_until(lambda: where.pid_file("mlflow").exists())
    file = PidFile.read(where.pid_file("mlflow"))

    mkt.process.send_signal(number)

    assert mkt.process.wait(timeout=60) == 130
    assert "stopping what was started" in mkt.output.read_text()
    assert file.process() is None
    assert set(states(where).values()) == {"down"}


def start_mkt_stack_up(where):
    """`mkt stack up --only mlflow` as a process of its own."""
    settings = where.settings
    told = {
        "MKT_HOME": str(settings.home),
        "MKT_POSTGRES_PORT": str(settings.postgres_port),
        "MKT_MLFLOW_PORT": str(settings.mlflow_port),
    }
    output = settings.home.parent / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from mkt_pipeline.cli.stack import app; app()",
                "up",
                "--only",
                "mlflow",
            ],
            env={**os.environ, **told},
            stdout=file,
            stderr=subprocess.STDOUT,
            # A suite that runs in the background of a shell ignores Ctrl-C; this must not.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
    return SimpleNamespace(process=process, output=output)


def wait_until(condition, *, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
