"""The rules that every row of an entity has to keep."""

import ibis
import ibis.expr.types as ir

from mkt_pipeline.contracts.entities import Entity
from mkt_pipeline.contracts.reading import UNREADABLE


def repeated_keys(rows: ir.Table, entity: Entity) -> ir.Table:
    """The keys that occur more than once.

    Counted by a hash first: of millions of keys it takes a fraction of the memory, and nearly
    always nothing is left to look at.
    """
    hashed = rows.select(entity.key, _hash=rows[entity.key].hash())
    suspected = hashed.group_by("_hash").aggregate(_copies=hashed.count())
    suspected = suspected.filter(suspected._copies > 1)
    counted = hashed.semi_join(suspected, "_hash").group_by(entity.key)
    copies = counted.aggregate(_copies=ibis._.count())
    return copies.filter(copies._copies > 1).select(entity.key)


def with_broken_rule(rows: ir.Table, entity: Entity, repeated: ir.Table) -> ir.Table:
    """``rows`` with the text column ``broken_rule``: the first rule a row breaks, else null.

    Every row of a ``repeated`` key breaks ``unique``: which one is right cannot be known.
    """
    flagged = repeated.select(_repeated=repeated[entity.key])
    counted = rows.left_join(flagged, rows[entity.key] == flagged._repeated)
    branches: list[tuple[ir.BooleanValue, ir.StringValue | str]] = []
    if UNREADABLE in rows.columns:  # before `missing`, for what cannot be read arrives as null
        told = counted[UNREADABLE] + ": not a number or a time that can be kept"
        branches.append((counted[UNREADABLE].notnull(), told))
    for column in entity.columns:
        value = counted[column.name]
        if not column.nullable:
            branches.append((value.isnull(), f"{column.name}: missing"))
        if column.allowed:
            branches.append((~value.isin(column.allowed), f"{column.name}: unknown value"))
    branches.append((counted._repeated.notnull(), f"{entity.key}: not unique"))
    done = counted.mutate(broken_rule=ibis.cases(*branches)).drop("_repeated")
    return done.drop(UNREADABLE) if UNREADABLE in rows.columns else done
