"""A DuckDB session for one step, with limits, in a scratch folder that goes with it."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa
from pyarrow import fs

from mkt_pipeline.lake.quoted import quoted
from mkt_pipeline.lake.remote_files import RemoteFiles
from mkt_pipeline.lake.scratch import scratch_folder
from mkt_pipeline.lake.storage_errors import storage_errors

VALUES_AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Session:
    """``backend`` runs Ibis expressions; ``scratch`` is for files that live as long as it.

    ``remote`` fetches files that are not on this machine.
    """

    backend: Any
    scratch: Path
    remote: RemoteFiles | None = None

    def read(self, files: Sequence[str]) -> ir.Table:
        """Parquet files as one table; columns that some files lack are null there."""
        here = [self.remote.local(file) for file in files] if self.remote else list(files)
        return self.backend.read_parquet(here, union_by_name=True)

    def materialise(self, expression: ir.Table) -> ir.Table:
        """Compute ``expression`` once, into a table on the scratch disk."""
        name = f"t_{uuid.uuid4().hex}"
        self.backend.con.execute(f"CREATE TABLE {name} AS {self.backend.compile(expression)}")
        return self.backend.table(name)

    def view(self, expression: ir.Table) -> ir.Table:
        """Name ``expression``, so that what is built on it is compiled without it."""
        name = f"v_{uuid.uuid4().hex}"
        self.backend.con.execute(f"CREATE VIEW {name} AS {self.backend.compile(expression)}")
        return self.backend.table(name)

    def deal(self, expression: ir.Table, *, by: str, parts: int) -> list[ir.Table]:
        """The rows of ``expression`` as so many tables; equal values of ``by`` are in one of them.

        Which one is a matter of this session alone. The rows are computed once, and lie in files on
        the scratch disk.
        """
        folder = self.scratch / f"dealt-{uuid.uuid4().hex}"
        dealt = expression.mutate(_part=_hash(expression[by]) % parts)
        self.backend.con.execute(
            f"COPY ({self.backend.compile(dealt)}) TO {quoted(str(folder))}"
            " (FORMAT parquet, COMPRESSION lz4, PARTITION_BY (_part))"
        )
        found = [sorted(map(str, (folder / f"_part={n}").glob("*"))) for n in range(parts)]
        nothing = expression.filter(ibis.literal(False))
        return [
            self.backend.read_parquet(files, hive_partitioning=False) if files else nothing
            for files in found
        ]

    def register(self, table: pa.Table) -> ir.Table:
        """An Arrow table as a table of this session."""
        name = f"t_{uuid.uuid4().hex}"
        self.backend.con.register(name, table)
        return self.backend.table(name)

    def stream(self, expression: ir.Table, *, rows: int | None = None) -> pa.RecordBatchReader:
        """The rows of ``expression`` in batches of at most ``rows``; memory stays bounded.

        Without ``rows`` a batch holds about a million values: whoever reads keeps several.
        """
        statement = self.backend.compile(expression)
        return self.read_statement(statement, columns=len(expression.columns), rows=rows)

    def read_statement(
        self, statement: str, *, columns: int, rows: int | None = None
    ) -> pa.RecordBatchReader:
        """The rows of an expression that is compiled already, as ``stream`` gives them."""
        rows = rows or max(VALUES_AT_ONCE // columns, 1)
        # Not Ibis' own to_pyarrow_batches, which calls a name that DuckDB 2 no longer has.
        return self.backend.con.sql(statement).to_arrow_reader(rows)


@ibis.udf.scalar.builtin(name="hash")  # type: ignore[untyped-decorator]  # as Ibis has it
def _hash(text: str) -> dt.uint64:
    """DuckDB's own, as a number without a sign; Ibis' goes through a string of bits."""


@contextmanager
def open_session(
    *, folder: Path, memory_limit: str, threads: int, remote: fs.FileSystem | None = None
) -> Iterator[Session]:
    """Open a session; whatever it spilled is removed at the end.

    ``remote`` is where files lie that are not on this machine.
    """
    with _scratch(folder) as scratch:
        backend = ibis.duckdb.connect(
            scratch / "scratch.duckdb",
            memory_limit=memory_limit,
            threads=threads,
            temp_directory=str(scratch),
            # Extensions would be fetched from a host outside. Without one for time zones every
            # time is read and written in UTC, which fingerprints of rows rely on.
            autoinstall_known_extensions=False,
            autoload_known_extensions=False,
        )
        # Rows that each thread keeps of what it deals out; half a million is the default.
        backend.con.execute("SET partitioned_write_flush_threshold = 50000")
        # It would be drawn into the logs of tasks.
        backend.con.execute("SET enable_progress_bar = false")
        fetched = RemoteFiles(remote, scratch / "fetched") if remote else None
        try:
            with storage_errors("the scratch folder"):
                yield Session(backend, scratch, fetched)
        finally:
            backend.disconnect()


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """The folder; only what happens while it is made is told as its fault."""
    with ExitStack() as stack:
        with storage_errors(str(folder)):
            scratch = stack.enter_context(scratch_folder(folder))
        yield scratch
