"""What was put aside because it breaks the contract, and the nights that were held for it."""

from collections.abc import Mapping
from typing import Any

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.contracts.stated_reason import stated_reason
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.lake.lake import Lake

SHOWN_KEYS = 5
"""Enough to look rows up in the CRM."""


def quarantined_rows(
    *,
    lake: Lake,
    entity: str | None = None,
    as_of: AsOf | None = None,
    keys: int | None = SHOWN_KEYS,
) -> list[dict[str, Any]]:
    """By entity, night (the newest first) and rule: how many rows, and their first ``keys`` keys.

    With ``keys`` None all of them; ``more_keys`` says whether some were left out.
    """
    found: list[dict[str, Any]] = []
    with lake.session() as session:
        for name in _entities(entity):
            rows = lake.quarantined(session, name)
            if rows is None:
                continue
            # DuckDB reads the day out of the file's path, as a date.
            rows = rows.mutate(as_of=rows.as_of.cast("string"))
            if as_of is not None:
                rows = rows.filter(rows.as_of == str(as_of))
            counted = rows.group_by("as_of", "broken_rule").aggregate(
                rows=rows.count(),
                keys=rows[ENTITIES[name].key].collect(distinct=True),
            )
            found += [{"entity": name, **one} for one in counted.to_pyarrow().to_pylist()]
    for one in found:
        every = sorted(key for key in one["keys"] or [] if key is not None)
        one["keys"] = every[:keys]
        one["more_keys"] = len(every) > len(one["keys"])
    found.sort(key=lambda one: (one["entity"], one["broken_rule"]))
    found.sort(key=lambda one: str(one["as_of"]), reverse=True)
    return found


def held_nights(
    *, lake: Lake, entity: str | None = None, as_of: AsOf | None = None
) -> list[Mapping[str, Any]]:
    """The nights that were held, the newest first: ``released_by`` whom, and whether each is over.

    ``over`` means that a later run of the entity kept its limits; nothing is left to decide.
    """
    _entities(entity)
    return lake.releases.nights(entity=entity, as_of=str(as_of) if as_of else None)


def release_night(
    *, lake: Lake, entity: str, as_of: AsOf, who: str, reason: str
) -> Mapping[str, Any]:
    """Let the next run of a held night go on; refused where none is held or no reason is given."""
    _entities(entity)
    why = stated_reason(reason)
    return lake.releases.release(entity=entity, as_of=str(as_of), who=who, reason=why)


def _entities(entity: str | None) -> list[str]:
    if entity is None:
        return list(ENTITIES)
    if entity not in ENTITIES:
        raise BadInputError(
            f"no entity is called {entity!r}", remedy=f"choose one of {', '.join(ENTITIES)}"
        )
    return [entity]
