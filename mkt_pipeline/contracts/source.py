"""A source: the mapping from one CRM's own schema to the contract."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from mkt_pipeline.contracts.frozen_model import FrozenModel
from mkt_pipeline.contracts.spelling import spelled
from mkt_pipeline.errors import BadInputError

NAME = r"[a-z][a-z0-9_]{0,39}"
HOW_NAMES_ARE_WRITTEN = "lower case letters, digits and _, a letter first, at most 40"
Name = Annotated[str, spelled(NAME, HOW_NAMES_ARE_WRITTEN)]
"""Names that become parts of paths, tables and model names."""


class EntityReading(FrozenModel):
    """How one entity is read: the defaults suit a CRM of a few million rows.

    An entity of up to ``compare_whole_up_to_rows`` rows is compared whole every night. Of a larger
    one, a night reads what changed, with an overlap of ``overlap_minutes``, and compares one part
    of the rest, so that all of it has been compared within ``compare_all_within_nights``; deleted
    and late rows are found by their keys every ``reconcile_every_nights``.
    """

    compare_whole_up_to_rows: Annotated[int, Field(ge=0)] = 2_000_000
    compare_all_within_nights: Annotated[int, Field(ge=1, le=366)] = 14
    reconcile_every_nights: Annotated[int, Field(ge=1, le=366)] = 1
    overlap_minutes: Annotated[int, Field(ge=1, le=10_080)] = 60
    quarantine_limit: Annotated[float | None, Field(ge=0, le=1)] = None
    shrink_limit: Annotated[float, Field(ge=0, le=1)] = 0.2


class Source(FrozenModel):
    """``source.yaml`` and the queries that lie beside it.

    ``queries`` maps an entity of the contract to its SELECT statement. An entity that reads zero
    rows is an error unless it is listed in ``may_be_empty``. ``reading`` says how entities are
    read, where the defaults do not suit.
    """

    name: Name
    description: str
    currency: Annotated[str, spelled(r"[A-Z]{3}", "three capital letters, such as EUR")]
    may_be_empty: frozenset[str] = frozenset()
    quarantine_limit: Annotated[float, Field(ge=0, le=1)] = 0.001
    reading: Mapping[str, EntityReading] = Field(default_factory=dict)
    queries: Mapping[str, str] = Field(default_factory=dict, exclude=True)

    def reading_of(self, entity: str) -> EntityReading:
        """How one entity is read."""
        return self.reading.get(entity, EntityReading())


def folder_of(sources: Path, name: str) -> Path:
    """The folder of a source; a name that could lead elsewhere is refused with BadInputError."""
    if not re.fullmatch(NAME, name):
        raise BadInputError(
            f"{name[:60]!r} is no name of a source",
            remedy=f"use {HOW_NAMES_ARE_WRITTEN}",
        )
    return sources / name


def refuse_absent(folder: Path) -> None:
    """Refuse a source whose folder is not there, with the names of those that are."""
    if folder.is_dir():
        return
    known = ", ".join(sorted(path.parent.name for path in folder.parent.glob("*/source.yaml")))
    raise BadInputError(
        f"source folder sources/{folder.name} does not exist; known sources: {known or 'none'}",
        remedy="correct the name (MKT_SOURCE, or what was written on the command line),"
        f" or run `mkt source new {folder.name}`",
    )
