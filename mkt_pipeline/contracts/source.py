"""A source: the mapping from one CRM's own schema to the contract."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from mkt_pipeline.contracts.frozen_model import FrozenModel

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
    queries: Mapping[str, str] = Field(default_factory=dict)
