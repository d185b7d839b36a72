"""The fingerprint of a row's content, by which a change without a moved timestamp is seen."""

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from mkt_pipeline.contracts.entities import Entity

_SEPARATOR = "\x1f"
DIGITS = 16
"""64 bits: two versions of one row differ unseen once in 2**64."""


def row_hash(rows: ir.Table, entity: Entity) -> ir.StringValue:
    """MD5 (first 64 bits) over ``name=value`` of every column that is not null, in their order.

    Each is followed by a separator. Nulls are left out, so that a column added later and still
    empty changes no fingerprint. The key is left out too: only versions of one key are compared.
    Sessions write times in UTC.
    """
    names = sorted(name for name in rows.columns if name != entity.key)
    parts = [part for name in names for part in _parts(rows, name)]
    # One call for all parts, which leaves nulls out: adding them up copies the text for each.
    text = ibis.literal("").join(parts)
    return text.hexdigest("md5").substr(0, DIGITS)


def _parts(rows: ir.Table, name: str) -> Iterator[ir.StringValue]:
    absent = rows[name].isnull()
    yield absent.ifelse("", f"{name}=")
    yield rows[name].cast("string")
    yield absent.ifelse("", _SEPARATOR)
