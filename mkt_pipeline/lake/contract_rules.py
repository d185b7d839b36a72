"""The rules that every row of an entity has to keep."""

import ibis
import ibis.expr.types as ir

from mkt_pipeline.contracts.entities import Entity


def with_broken_rule(rows: ir.Table, entity: Entity) -> ir.Table:
    """``rows`` with the text column ``broken_rule``: the first rule a row breaks, else null.

    Every row of a key that occurs twice breaks ``unique``: which one is right cannot be known.
    """
    copies = ibis._.count().over(group_by=entity.key)
    counted = rows.mutate(_copies=copies)
    return _labelled(counted, entity)


def _labelled(counted: ir.Table, entity: Entity) -> ir.Table:
    branches: list[tuple[ir.BooleanValue, str]] = []
    for column in entity.columns:
        value = counted[column.name]
        if not column.nullable:
            branches.append((value.isnull(), f"{column.name}: missing"))
        if column.allowed:
            branches.append((~value.isin(column.allowed), f"{column.name}: unknown value"))
    branches.append((counted._copies > 1, f"{entity.key}: not unique"))
    return counted.mutate(broken_rule=ibis.cases(*branches)).drop("_copies")
