"""Nights that were held because a limit was broken, and what a person decided about them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from mkt_pipeline.errors import BadInputError
from mkt_pipeline.lake.delta import DeltaStore

MARGIN = 1.1
"""The CRM goes on changing between the night that was held and the one that is let through."""

_AFTER = "after"
"""The snapshot of the last night in the log when one was held; null where there was none."""

_SCHEMA = pa.schema([("entity", pa.string()), ("as_of", pa.string()), ("rows", pa.int64())])


@dataclass(frozen=True)
class Releases:
    """Two small tables: what was held, and what was released by whom and why.

    ``committed`` finds what is kept with the last night in the log of an entity, None before the
    first.
    """

    held: DeltaStore
    released: DeltaStore
    committed: Callable[[str], Mapping[str, Any] | None]

    def hold(self, *, entity: str, as_of: str, rows: int, why: str) -> None:
        """Keep that a night was held, and how many rows broke the limit."""
        after = (self.committed(entity) or {}).get("taken_at")
        facts = {"entity": entity, "as_of": as_of, "rows": rows, "why": why, _AFTER: after}
        _note(self.held, facts)

    def release(self, *, entity: str, as_of: str, who: str, reason: str) -> Mapping[str, Any]:
        """Accept what held a night of an entity, up to the rows that held it and a tenth more.

        Refused: a night that is not held or is over, and one that was released since it was held.
        """
        held = next((one for one in self.nights() if _is(one, entity, as_of)), None)
        if held is None:
            raise BadInputError(
                f"no night of {entity} as of {as_of} is held",
                remedy="`mkt quarantine show` lists those that are",
            )
        if self.is_over(held):
            raise BadInputError(
                f"the night of {entity} as of {as_of} is held no longer: a later run went through",
                remedy="nothing is left to decide; `mkt quarantine show` lists what was put aside",
            )
        before = next((one for one in self.decisions() if _is(one, entity, as_of)), None)
        if before is not None and before["at"] >= held["at"]:
            raise BadInputError(
                f"the night of {entity} as of {as_of} was released already by {before['who']}:"
                f" {before['reason']}",
                remedy="run the night again",
            )
        done = {**held, "who": who, "reason": reason}
        _note(self.released, done)
        return done

    def accepted(self, *, entity: str, as_of: str) -> int:
        """The number of rows that a person has accepted for this night; 0 without a decision."""
        found = [one["rows"] for one in self.released.facts() if _is(one, entity, as_of)]
        return int(max(found, default=0) * MARGIN)

    def is_over(self, held: Mapping[str, Any]) -> bool:
        """Whether a night of the entity went through since: it read what this one held up."""
        newest = self.committed(held["entity"])
        if newest is None:
            return False
        if _AFTER in held:
            return bool(newest["taken_at"] != held[_AFTER])
        return bool(newest["covered"] >= held["as_of"])  # held before this was kept

    def nights(self) -> list[Mapping[str, Any]]:
        """What was held, the newest first."""
        return list(self.held.facts())

    def decisions(self) -> list[Mapping[str, Any]]:
        """What was released, the newest first."""
        return list(self.released.facts())


def _is(facts: Mapping[str, Any], entity: str, as_of: str) -> bool:
    return bool(facts["entity"] == entity and facts["as_of"] == as_of)


def _note(store: DeltaStore, facts: Mapping[str, Any]) -> None:
    row = {name: facts[name] for name in _SCHEMA.names}
    table = pa.Table.from_pylist([row], schema=_SCHEMA)
    store.append(table.to_reader(), facts={**facts, "at": datetime.now(UTC).isoformat()})
