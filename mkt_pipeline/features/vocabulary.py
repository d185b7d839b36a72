"""Which values become columns: those that are common enough as of a day."""

from collections.abc import Mapping

import ibis.expr.types as ir

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import ATTRIBUTE_PREFIX
from mkt_pipeline.contracts.vocabulary import Vocabulary
from mkt_pipeline.features.state import state_as_of

MOST_VALUES = 12
"""Columns for one dimension; rarer values are still in the totals."""

_COLUMNS = {
    "category": ("products", "category"),
    "channel": ("interactions", "channel"),
    "kind": ("interactions", "kind"),
    "consent_channel": ("consents", "channel"),
}


def common_values(timelines: Mapping[str, ir.Table], as_of: AsOf) -> dict[str, ir.Table]:
    """For each dimension a table with the column ``value``, the most common first."""
    tables = {}
    for dimension, (entity, column) in _COLUMNS.items():
        if entity in timelines:
            state = state_as_of(timelines[entity], cutoff=as_of.cutoff)
            counts = state.group_by(value=state[column]).aggregate(rows=state.count())
            known = counts.filter(counts.value.notnull())
            order = [known["rows"].desc(), known.value.asc()]
            tables[dimension] = known.order_by(order).limit(MOST_VALUES).select("value")
    return tables


def vocabulary_of(common: Mapping[str, list[str]], customer_columns: tuple[str, ...]) -> Vocabulary:
    """The vocabulary of the values found and of the ``attr_*`` columns of the customers."""
    attributes = tuple(sorted(c for c in customer_columns if c.startswith(ATTRIBUTE_PREFIX)))
    found = {dimension: tuple(values) for dimension, values in common.items()}
    return Vocabulary({**found, "attribute": attributes})
