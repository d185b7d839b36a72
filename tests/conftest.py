"""Fixtures of the whole suite: a real PostgreSQL, started once and stopped at the end."""

import os
import random
import shutil
import socket
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from mkt_pipeline.stack.postgres import EmbeddedPostgres

PORTS = range(20_000, 32_000)
WORKERS = 8
TEMPORARY = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Give every run its own folder for temporary files, removed when all went well.

    As root, the servers run as another user, who must get through the folder above theirs; pytest
    closes its usual one whenever another run begins.
    """
    if "PYTEST_DEBUG_TEMPROOT" not in os.environ:
        root = tempfile.mkdtemp(prefix="mkt-tests-")
        Path(root).chmod(0o755)
        os.environ["PYTEST_DEBUG_TEMPROOT"] = root
        config.stash[TEMPORARY] = root


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keep what failed tests left, for whoever looks for the reason."""
    root = session.config.stash.get(TEMPORARY, None)
    if root and exitstatus == 0:
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """A function that names a loopback port nobody listens on, and no port twice.

    A server that starts slowly binds its port seconds later. So that nobody else takes it until
    then, ports lie below those that the system gives out itself, and each process of a run that
    goes on in several has its own.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    candidates = list(range(PORTS.start + worker % WORKERS, PORTS.stop, WORKERS))
    random.SystemRandom().shuffle(candidates)

    def pick() -> int:
        while True:
            port = candidates.pop()
            with socket.socket() as candidate:
                try:
                    candidate.bind(("127.0.0.1", port))
                except OSError:
                    continue
                return port

    return pick


@pytest.fixture(scope="session")
def postgres(free_port: Callable[[], int]) -> Iterator[EmbeddedPostgres]:
    """One real PostgreSQL for the session."""
    folder = Path(tempfile.mkdtemp(prefix="mkt-tests-postgres-"))
    server = EmbeddedPostgres(folder, free_port())
    server.start()
    _forget_durability(server)
    yield server
    server.stop()
    shutil.rmtree(folder)


def _forget_durability(server: EmbeddedPostgres) -> None:
    """Nothing of a test survives it, so waiting for the disk buys nothing."""
    connection = psycopg2.connect(server.url("postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("ALTER SYSTEM SET fsync = off")
        cursor.execute("SELECT pg_reload_conf()")
    connection.close()


@pytest.fixture
def database_url(postgres: EmbeddedPostgres) -> str:
    """The address of an empty database made for one test."""
    name = f"test_{uuid.uuid4().hex}"
    postgres.create_database(name)
    return postgres.url(name)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real test data beside the repository; absent for most users."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data sets do not lie beside this checkout")
    return folder
