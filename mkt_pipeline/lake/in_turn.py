"""One expression over one part of some tables after the other, compiled once for all of them."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import ibis.expr.types as ir
import pyarrow as pa

from mkt_pipeline.lake.session import Session


@dataclass(frozen=True)
class InTurn:
    """``parts`` have the same tables with the same columns; ``tables`` stand for one of them.

    Compiling the hundred features takes half a second, on one processor.
    """

    session: Session
    parts: Sequence[Mapping[str, ir.Table]]
    tables: Mapping[str, ir.Table]

    @classmethod
    def of(cls, session: Session, parts: Sequence[Mapping[str, ir.Table]]) -> Self:
        """Name what an expression may be made of."""
        named = {name: f"turn_{uuid.uuid4().hex}" for name in parts[0]}
        for name, view in named.items():
            _show(session, view, parts[0][name])
        return cls(session, parts, {n: session.backend.table(v) for n, v in named.items()})

    def stream(self, expression: ir.Table) -> pa.RecordBatchReader:
        """The rows of ``expression``, made of ``tables``, for every part."""
        statement = self.session.backend.compile(expression)
        first = self._read(self.parts[0], statement, expression)

        def batches() -> Iterator[pa.RecordBatch]:
            yield from first
            for part in self.parts[1:]:
                yield from self._read(part, statement, expression)

        return pa.RecordBatchReader.from_batches(first.schema, batches())

    def _read(
        self, part: Mapping[str, ir.Table], statement: str, expression: ir.Table
    ) -> pa.RecordBatchReader:
        for name, table in part.items():
            _show(self.session, self.tables[name].get_name(), table)
        return self.session.read_statement(statement, columns=len(expression.columns))


def _show(session: Session, view: str, table: ir.Table) -> None:
    session.backend.con.execute(
        f"CREATE OR REPLACE VIEW {view} AS {session.backend.compile(table)}"
    )
