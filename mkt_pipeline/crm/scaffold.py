"""A new source: files that can be checked at once and say what to write where."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml

from mkt_pipeline.contracts.entities import ENTITIES, Column, Entity
from mkt_pipeline.contracts.source import folder_of
from mkt_pipeline.errors import BadInputError

_YAML = """\
# A source: how the tables of one CRM become the contract of the pipeline.
# Check it as often as you like: mkt source check {name}
name: {name}
description: Which CRM this is, and what of it is left out
# The one currency of all amounts.
currency: EUR
# Entities that may have no rows yet; any other that reads zero rows is an error.
may_be_empty: []
# Of so many rows in each entity a night may set aside those that break the contract.
quarantine_limit: 0.001
# How an entity is read, where the defaults do not suit: up to so many rows it is compared whole
# every night; a larger one by what changed, by its keys, and by one part of the rest each night.
# reading:
#   interactions:
#     compare_whole_up_to_rows: 2000000
#     compare_all_within_nights: 14
#     reconcile_every_nights: 1
#     overlap_minutes: 60
#     quarantine_limit: 0.001
#     shrink_limit: 0.2
"""

_ATTRIBUTES = """\
    -- Anything else that may tell customers apart: a number, a boolean or a short category, with a
    -- name that starts with attr_, becomes a feature without code. For example:
    -- , segment_code AS attr_segment
"""


def new_source(folder: Path, name: str) -> tuple[Path, ...]:
    """Write ``folder/name`` with ``source.yaml`` and one commented query per entity.

    Every query runs on any PostgreSQL, has the contract's columns and gives no rows. Refused with
    BadInputError: a name that is not lower case letters, digits and ``_``, and a folder that is
    there already. Returns the files written.
    """
    target = folder_of(folder, name)
    if target.exists():
        raise BadInputError(f"{target} is there already", remedy="choose another name")
    target.mkdir(parents=True)
    texts = {"source.yaml": _YAML.format(name=name)}
    texts |= {f"{entity.name}.sql": _query(entity) for entity in ENTITIES.values()}
    for file_name, text in texts.items():
        (target / file_name).write_text(text, encoding="utf-8")
    return tuple(target / file_name for file_name in texts)


@cache
def _notes() -> Mapping[str, Mapping[str, str]]:
    text = (files("mkt_pipeline.crm") / "column_notes.yaml").read_text(encoding="utf-8")
    notes: Mapping[str, Mapping[str, str]] = yaml.safe_load(text)
    return notes


def _query(entity: Entity) -> str:
    notes = _notes()[entity.name]
    columns = ",\n".join(_column(column, notes[column.name]) for column in entity.columns)
    lines = [
        f"-- What:  {notes['_what']}.",
        f"-- Grain: {notes['_grain']}.",
        f"-- Notes: {_need(entity)}",
        "--        Write the CRM's own columns in place of each NULL, and keep the types.",
        "SELECT",
        columns,
        *([_ATTRIBUTES.rstrip()] if entity.attributes else []),
        "FROM (SELECT) AS the_table_of_your_crm",
        "WHERE false  -- remove this line once the columns are mapped",
    ]
    return "\n".join(lines) + "\n"


def _need(entity: Entity) -> str:
    if entity.needed:
        return "every source needs this query."
    return "delete this file where the CRM knows nothing of it."


def _column(column: Column, note: str) -> str:
    kind = {"decimal": "numeric", "number": "double precision"}.get(column.type, column.type)
    need = "may be NULL" if column.nullable else "needed in every row"
    zone = "; write AT TIME ZONE 'UTC' after a time without zone" if kind == "timestamptz" else ""
    return f"    -- {note} ({need}{zone})\n    NULL::{kind} AS {column.name}"
