"""How one feature is defined: what is known about it, and its expression."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from mkt_pipeline.contracts.feature import Feature, FeatureKind


@dataclass(frozen=True)
class Definition:
    """A feature and its expression.

    For an event table the expression is an aggregate over the rows of one customer; for the
    customers table it is a value of the row. ``absent`` is the value of a customer without any
    row in the event table: 0 for counts and sums, None for what is unknown then.
    """

    feature: Feature
    expression: ir.Value
    absent: float | None = None


def define(
    name: str,
    group: str,
    kind: FeatureKind,
    *,
    description: str,
    reason: str,
    expression: ir.Value,
    absent: float | None = None,
    missing: str | None = None,
) -> Definition:
    """Put a definition together; numbers and flags are delivered as float64.

    ``missing`` is what is not known where the value is not, for ``no quote known``; it is needed
    where the value has no ``absent``.
    """
    typed = expression.cast("string" if kind == "category" else "float64")
    told = f"{reason} | no {missing} known" if missing else reason
    return Definition(Feature(name, group, kind, description, told), typed, absent)


def slugs(values: Sequence[str]) -> dict[str, str]:
    """For each value a part of a column name: lower case, a to z, 0 to 9 and underscores.

    Values that would share a name are numbered in their order, so that no column is lost.
    """
    taken: dict[str, str] = {}
    for value in values:
        plain = re.sub(r"[^a-z0-9]+", "_", value.lower()).strip("_") or "value"
        slug, number = plain, 2
        while slug in taken.values():
            slug, number = f"{plain}_{number}", number + 1
        taken[value] = slug
    return taken
