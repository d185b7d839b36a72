"""How much each piece of evidence weighs at the as-of, customer by customer, as one long table."""

import ibis
import ibis.expr.types as ir

from mkt_pipeline.contracts.as_of import AsOf


def evidence_weights(
    *,
    purchases: ir.Table,
    others: ir.Table,
    customers: ir.Table,
    sources: ir.Table,
    as_of: AsOf,
    half_life_days: float,
    other_half_life_days: float,
) -> ir.Table:
    """number, source and weight (above 0, at most 1), ordered by number and source.

    ``purchases`` and ``others`` are ``product_evidence.purchases`` and ``.evidence``.
    ``customers`` (customer_id, number) says whose evidence is wanted, ``sources`` (kind,
    product_id, source) what counts as evidence; purchases are of the kind "purchase". A weight
    halves with every half-life. Interest that ended in a purchase is left out.

    One row per event, in an order that is always the same, so that sums of weights are too.
    """
    last = purchases.group_by(["customer_id", "product_id"]).aggregate(
        last_bought=purchases.happened_at.max()
    )
    looked = others.left_join(last, ["customer_id", "product_id"]).drop(
        "customer_id_right", "product_id_right"
    )
    open_still = looked.last_bought.isnull() | (looked.last_bought < looked.happened_at)
    looked = looked.filter(open_still).drop("last_bought")
    events = _weighted(purchases.mutate(kind=ibis.literal("purchase")), as_of, half_life_days)
    events = events.union(_weighted(looked, as_of, other_half_life_days))
    known = events.inner_join(customers, "customer_id").inner_join(sources, ["kind", "product_id"])
    return known.select("number", "source", "weight").order_by("number", "source", "weight")


def _weighted(events: ir.Table, as_of: AsOf, half_life_days: float) -> ir.Table:
    seconds = int(as_of.cutoff.timestamp()) - events.happened_at.epoch_seconds()
    age_days = seconds.cast("float64") / 86_400
    # Inside the last second before the as-of the age is 0, not below.
    weight = ibis.literal(0.5) ** (age_days / half_life_days)
    return events.select("customer_id", "kind", "product_id", weight=weight)
