"""One session with the campaign database, whose errors are ours."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extras import RealDictCursor

from mkt_pipeline.campaign.database_errors import as_ours, connecting_as_ours
from mkt_pipeline.campaign.statements import statement
from mkt_pipeline.database_connection import connect, described, place

CONNECT_TIMEOUT_SECONDS = 10
LOCK_TIMEOUT = "30s"
"""How long to stand in line behind another publication of the same use case."""

Row = dict[str, Any]


class Readable(Protocol):
    """A stream of bytes, none at its end."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to ``size`` bytes."""


class Writable(Protocol):
    """What takes a stream of bytes."""

    def write(self, data: bytes, /) -> object:
        """Take some of them."""


class Session:
    """A connection that runs the statements of this package by name."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def protection(self) -> str:
        """How the connection is protected, for people."""
        return described(self._connection)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end, or roll everything back on any error; the driver's become ours."""
        try:
            with self._connection:
                yield
        except psycopg2.Error as error:
            raise as_ours(error) from None

    def rows(self, name: str, /, **parameters: object) -> list[Row]:
        """The rows that the statement ``sql/<name>.sql`` returns."""
        with self._connection.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(statement(name), parameters)
            return [dict(row) for row in cursor.fetchall()]

    def row(self, name: str, /, **parameters: object) -> Row | None:
        """The first row of the statement, None where it returns none."""
        return next(iter(self.rows(name, **parameters)), None)

    def run(self, name: str, /, **parameters: object) -> None:
        """Run a statement for what it does."""
        self.execute(statement(name), parameters)

    def run_on(self, name: str, /, **parts: sql.Composable) -> None:
        """Run a statement whose ``{}`` parts are identifiers or literals of definitions."""
        self.execute(sql.SQL(statement(name)).format(**parts))

    def number_on(
        self, name: str, parameters: Mapping[str, object], /, **parts: sql.Composable
    ) -> int:
        """The one number that a statement with ``{}`` parts returns."""
        with self._connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement(name)).format(**parts), parameters)
            found = cursor.fetchone()
        return int(found[0]) if found else 0

    def run_alone(self, name: str, /, **parts: sql.Composable) -> None:
        """Run a statement that must not be in a transaction."""
        self._connection.autocommit = True
        try:
            self.run_on(name, **parts)
        except psycopg2.Error as error:
            raise as_ours(error) from None
        finally:
            self._connection.autocommit = False

    def execute(
        self, text: str | sql.Composed, parameters: Mapping[str, object] | None = None
    ) -> None:
        """Run a text; without ``parameters`` a percent sign in it means itself."""
        with self._connection.cursor() as cursor:
            cursor.execute(text, parameters or None)

    def copy_in(self, name: str, source: Readable, /, **parts: sql.Composable) -> None:
        """Stream what ``source.read(size)`` gives into the COPY statement ``sql/<name>.sql``."""
        with self._connection.cursor() as cursor:
            # Its types ask for readline as well, which the driver never calls.
            cursor.copy_expert(
                sql.SQL(statement(name)).format(**parts),
                source,  # type: ignore[arg-type]
            )

    def copy_out(self, name: str, target: Writable, /, **parts: sql.Composable) -> None:
        """Stream what the COPY statement ``sql/<name>.sql`` gives into ``target.write``."""
        with self._connection.cursor() as cursor:
            cursor.copy_expert(sql.SQL(statement(name)).format(**parts), target)


@contextmanager
def session(url: str) -> Iterator[Session]:
    """Open a session on the database at ``url``, and close it at the end."""
    try:
        connection = connect(
            url,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            application_name="mkt_pipeline campaign",
            options=f"-c lock_timeout={LOCK_TIMEOUT} -c timezone=UTC",
        )
    except psycopg2.Error as error:
        raise connecting_as_ours(error, place=place(url)) from None
    try:
        yield Session(connection)
    finally:
        connection.close()
