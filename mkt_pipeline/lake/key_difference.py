"""Which keys the CRM and a change log do not share."""

from dataclasses import dataclass

import ibis.expr.types as ir

from mkt_pipeline.lake.session import Session


@dataclass(frozen=True)
class KeyDifference:
    """Two tables with the key column alone, each key once.

    ``new`` are keys of the CRM of which the log has no version, ``gone`` those of versions in the
    log that the CRM does not have, tombstones included.
    """

    new: ir.Table
    gone: ir.Table


def key_difference(session: Session, *, crm: ir.Table, log: ir.Table, key: str) -> KeyDifference:
    """Compare the keys of both sides; rows of the CRM without a key are in neither.

    One outer join instead of two joins, for what costs is to hash the keys of a large entity.
    """
    sides = log.select(in_log=key).outer_join(crm.select(in_crm=key), [("in_log", "in_crm")])
    one_side = sides.filter(sides.in_log.isnull() | sides.in_crm.isnull())
    apart = session.materialise(one_side.distinct())
    return KeyDifference(
        new=apart.filter(apart.in_crm.notnull()).select(**{key: apart.in_crm}),
        gone=apart.filter(apart.in_log.notnull()).select(**{key: apart.in_log}),
    )
