"""A source: the mapping from one CRM's own schema to the contract."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from mkt_pipeline.contracts.frozen_model import FrozenModel
from mkt_pipeline.errors import BadInputError

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""Names that become parts of paths, tables and model names."""


class Source(FrozenModel):
    """``source.yaml`` and the queries that lie beside it.

    ``queries`` maps an entity of the contract to its SELECT statement. An entity that reads zero
    rows is an error unless it is listed in ``may_be_empty``.
    """

    name: Name
    description: str
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    may_be_empty: frozenset[str] = frozenset()
    quarantine_limit: Annotated[float, Field(ge=0, le=1)] = 0.001
    queries: Mapping[str, str] = Field(default_factory=dict, exclude=True)


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
