"""The fingerprint of a row's content, by which a change without a moved timestamp is seen."""

import ibis
import ibis.expr.types as ir

from mkt_pipeline.contracts.entities import Entity

_SEPARATOR = "\x1f"
DIGITS = 16
"""64 bits: two versions of one row differ unseen once in 2**64."""


def row_hash(rows: ir.Table, entity: Entity) -> ir.StringValue:
    """MD5 (first 64 bits) over ``name=value`` of every column that is not null.

    Nulls are left out, so that a column added later and still empty changes no fingerprint. The
    key is left out too: only versions of one key are compared. Sessions write times in UTC.
    """
    parts = [
        (ibis.literal(f"{name}=") + rows[name].cast("string") + _SEPARATOR).fill_null("")
        for name in sorted(rows.columns)
        if name != entity.key
    ]
    text = parts[0]
    for part in parts[1:]:
        text = text + part
    return text.hexdigest("md5").substr(0, DIGITS)
