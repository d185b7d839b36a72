"""Who is scored by a use case as of a day."""

import ibis.expr.types as ir

from mkt_pipeline.features.frame_of_reference import FrameOfReference


def eligible_customers(
    customers: ir.Table, orders: ir.Table, reference: FrameOfReference
) -> ir.Table:
    """The customers of the use case: active, known long enough, and, where asked, lately buying.

    ``customers`` is the state as of the day, ``orders`` the orders before it with ``days``.
    """
    rule = reference.use_case.eligibility
    tenure = reference.days_before(customers.created_at)
    eligible = customers.filter(
        customers.is_active, tenure > 0, tenure >= float(rule.min_tenure_days)
    )
    if rule.ordered_within_days is None:
        return eligible
    recent = orders.filter(
        orders.status == "confirmed", orders.days <= float(rule.ordered_within_days)
    )
    return eligible.semi_join(recent, "customer_id")
