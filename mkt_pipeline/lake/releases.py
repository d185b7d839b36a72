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

_PASSED = "passed"
"""Marks a row among what was held: a later run of that day kept the limits of the entity."""

_SCHEMA = pa.schema([("entity", pa.string()), ("as_of", pa.string()), ("rows", pa.int64())])

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Releases:
    """Two small tables: what was held, and what was released by whom and why.

    ``committed`` finds what is kept with the last night in the log of an entity, None before the
    first.
    """

    held: DeltaStore
    released: DeltaStore
    committed: Callable[[str], Facts | None]

    def hold(self, *, entity: str, as_of: str, rows: int, why: str) -> None:
        """Keep that a night was held, and how many rows broke the limit; once, if nothing changed.

        A run that is tried again for the same reason is not another decision to make.
        """
        after = (self.committed(entity) or {}).get("taken_at")
        facts = {"entity": entity, "as_of": as_of, "rows": rows, "why": why, _AFTER: after}
        open_one = self._open(entity, as_of)
        if open_one is None or facts.items() - open_one.items():
            _note(self.held, facts)

    def kept_limits(self, *, entity: str, as_of: str) -> None:
        """Keep that a run of a day that was held found this entity within its limits.

        It need not have been committed: another entity may have held the same run.
        """
        if self._open(entity, as_of) is not None:
            _note(self.held, {"entity": entity, "as_of": as_of, "rows": 0, _PASSED: True})

    def release(self, *, entity: str, as_of: str, who: str, reason: str) -> Facts:
        """Accept what held a night of an entity, up to the rows that held it and a tenth more.

        Refused: a night that is not held or is over, and one that was released since it was held.
        """
        held = next(iter(self.nights(entity=entity, as_of=as_of)), None)
        if held is None:
            raise BadInputError(
                f"no night of {entity} as of {as_of} is held",
                remedy="`mkt quarantine show` lists those that are",
            )
        if held["released_by"]:
            raise BadInputError(
                f"the night of {entity} as of {as_of} was released already by"
                f" {held['released_by']}: {held['reason']}",
                remedy="run the night again",
            )
        if held["over"]:
            raise BadInputError(
                f"the night of {entity} as of {as_of} is held no longer: a later run kept its"
                " limits",
                remedy="nothing is left to decide; `mkt quarantine show` lists what was put aside",
            )
        kept = {name: held[name] for name in ("entity", "as_of", "rows", "why")}
        done = {**kept, "who": who, "reason": reason}
        _note(self.released, done)
        return done

    def accepted(self, *, entity: str, as_of: str) -> int:
        """The number of rows that a person has accepted for this night; 0 without a decision."""
        found = [one["rows"] for one in self.released.facts() if _is(one, entity, as_of)]
        return int(max(found, default=0) * MARGIN)

    def nights(self, *, entity: str | None = None, as_of: str | None = None) -> list[Facts]:
        """What was held, the newest first: ``released_by`` whom, for what ``reason``, and whether
        it is ``over``: a later run of the entity kept its limits, and nothing is left to decide.

        All of it, or of one ``entity`` and day only. A decision is about the last hold before it.
        """
        kept = [
            one
            for one in self.held.facts()
            if entity in (None, one["entity"]) and as_of in (None, one["as_of"])
        ]
        if not kept:
            return []
        decisions = list(self.released.facts())
        # Once for each entity, for a log of years has thousands of commits to look through.
        newest = {name: self.committed(name) for name in {one["entity"] for one in kept}}
        found: list[Facts] = []
        for one in (one for one in kept if not one.get(_PASSED)):
            alike = [other for other in kept if _is(other, one["entity"], one["as_of"])]
            later = [other for other in alike if other["at"] > one["at"]]
            until = min((other["at"] for other in later if not other.get(_PASSED)), default=None)
            made = (
                other
                for other in decisions
                if _is(other, one["entity"], one["as_of"])
                and other["at"] >= one["at"]
                and (until is None or other["at"] < until)
            )
            decision = next(made, {})
            found.append(
                {
                    **one,
                    "released_by": decision.get("who"),
                    "reason": decision.get("reason"),
                    "over": any(other.get(_PASSED) for other in later)
                    or _went_by(one, newest[one["entity"]]),
                }
            )
        return found

    def _open(self, entity: str, as_of: str) -> Facts | None:
        """What is still to be decided of a day of an entity."""
        found = next(iter(self.nights(entity=entity, as_of=as_of)), None)
        return None if found is None or found["released_by"] or found["over"] else found


def _went_by(held: Facts, newest: Facts | None) -> bool:
    """Whether a night of the entity was committed since: it read what this one held up."""
    if newest is None:
        return False
    if _AFTER in held:
        return bool(newest["taken_at"] != held[_AFTER])
    return bool(newest["covered"] >= held["as_of"])  # held before this was kept


def _is(facts: Facts, entity: str, as_of: str) -> bool:
    return bool(facts["entity"] == entity and facts["as_of"] == as_of)


def _note(store: DeltaStore, facts: Facts) -> None:
    row = {name: facts[name] for name in _SCHEMA.names}
    table = pa.Table.from_pylist([row], schema=_SCHEMA)
    store.append(table.to_reader(), facts={**facts, "at": datetime.now(UTC).isoformat()})
