"""The values that have a column of their own, pinned for a use case once they were met."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import pyarrow as pa

from mkt_pipeline.contracts.vocabulary import DIMENSIONS, Vocabulary
from mkt_pipeline.lake.delta import DeltaStore
from mkt_pipeline.lake.session import Session

_SCHEMA = pa.schema([("dimension", pa.string()), ("value", pa.string())])


@dataclass(frozen=True)
class PinnedVocabulary:
    """What is pinned for one use case, in a table that only grows."""

    store: DeltaStore
    session: Callable[[], AbstractContextManager[Session]]

    def known(self) -> Vocabulary:
        """What is pinned; empty before the first time."""
        rows = []
        if self.store.exists:
            with self.session() as session:
                rows = session.read(self.store.files()).to_pyarrow().to_pylist()
        pinned = {n: tuple(r["value"] for r in rows if r["dimension"] == n) for n in DIMENSIONS}
        # Extended by nothing, each value is there once: two steps may have pinned it at once.
        return Vocabulary(pinned).extended(Vocabulary())

    def extend(self, found: Vocabulary) -> Vocabulary:
        """Add what was found, and return all; nothing pinned is ever taken back."""
        pinned = self.known()
        extended = pinned.extended(found)
        new = [
            {"dimension": name, "value": value}
            for name in DIMENSIONS
            for value in extended.of(name)[len(pinned.of(name)) :]
        ]
        if new:
            rows = pa.Table.from_pylist(new, schema=_SCHEMA).to_reader()
            self.store.append(rows, facts={"digest": extended.digest})
        return extended
