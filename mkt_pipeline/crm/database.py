"""The CRM's database: read, never written."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812  the driver names it so

from mkt_pipeline.crm.grants import Grants, grants_text
from mkt_pipeline.crm.query_reads import QueryReads, reads_of
from mkt_pipeline.crm.server_errors import connection_error
from mkt_pipeline.crm.snapshot import Snapshot
from mkt_pipeline.database_connection import connect

CONNECT_TIMEOUT_SECONDS = 10


class Crm:
    """One CRM database at ``url`` (``postgresql://user:password@host:port/database``).

    ``statement_timeout_seconds`` bounds one statement, which for a stream includes the time its
    consumer takes; ``lock_timeout_seconds`` bounds the wait for a lock that the CRM holds.
    """

    def __init__(
        self, url: str, *, statement_timeout_seconds: int = 900, lock_timeout_seconds: int = 10
    ) -> None:
        self._url = url
        self._limits = {
            "statement_timeout": f"{statement_timeout_seconds}s",
            "lock_timeout": f"{lock_timeout_seconds}s",
        }

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One REPEATABLE READ, READ ONLY transaction with the session's time zone in UTC.

        An error of a stream leaves as itself even where the consumer's library wrapped it.
        """
        with closing(self._connect()) as connection:
            connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            snapshot = Snapshot(connection, limits=self._limits)
            try:
                yield snapshot
            except Exception as error:
                if snapshot.stream_error and error is not snapshot.stream_error:
                    raise snapshot.stream_error from error
                raise
            finally:
                snapshot.stop_stream()

    def reads(self, queries: Mapping[str, str]) -> dict[str, QueryReads]:
        """What each query reads; see ``reads_of``. What the server noted for it is rolled back."""
        with closing(self._connect()) as connection:
            # Closing it rolls back.
            return reads_of(connection, queries, limits=self._limits)

    def grants(self, wanted: Grants) -> str:
        """The rights that a role needs, as SQL for a person; see ``grants_text``."""
        reads = self.reads(wanted.queries)
        with closing(self._connect()) as connection:
            return grants_text(connection, wanted, reads)

    def _connect(self) -> Connection:
        try:
            connection = connect(
                self._url,
                connect_timeout=CONNECT_TIMEOUT_SECONDS,
                application_name="mkt_pipeline",
                client_encoding="UTF8",
                keepalives_idle=30,
            )
        except (psycopg2.Error, ValueError) as error:
            raise connection_error(error) from None
        return connection
