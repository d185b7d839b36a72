"""How many were eligible and how many of them had the event, on many past days."""

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.contracts.vocabulary import Vocabulary
from mkt_pipeline.features.eligibility import eligible_customers
from mkt_pipeline.features.frame_of_reference import FrameOfReference
from mkt_pipeline.features.labels import target_customers
from mkt_pipeline.features.order_tables import order_tables
from mkt_pipeline.features.state import state_as_of
from mkt_pipeline.lake.session import Session
from mkt_pipeline.modelling.season import BaseRate


def base_rates(
    *,
    session: Session,
    timelines: Mapping[str, ir.Table],
    use_case: UseCase,
    known: AsOf,
    vocabulary: Vocabulary,
    days: Sequence[AsOf],
) -> tuple[BaseRate, ...]:
    """One for each of ``days``, outcomes as known at ``known``; no features are made."""
    return tuple(
        _base_rate(session, timelines, use_case, known, FrameOfReference(day, use_case, vocabulary))
        for day in days
    )


def _base_rate(
    session: Session,
    timelines: Mapping[str, ir.Table],
    use_case: UseCase,
    known: AsOf,
    reference: FrameOfReference,
) -> BaseRate:
    cutoff = reference.as_of.cutoff
    state = {
        n: state_as_of(timelines[n], cutoff=cutoff) for n in ("customers", "orders", "products")
    }
    orders = order_tables(state["orders"], state["products"], reference).orders
    eligible = eligible_customers(state["customers"], orders, reference)
    happened = target_customers(timelines, use_case=use_case, as_of=reference.as_of, known=known)
    marked = eligible.left_join(
        happened.mutate(happened=ibis.literal(1)), eligible.customer_id == happened.customer_id
    )
    counted = marked.aggregate(customers=marked.count(), events=marked.happened.sum().fill_null(0))
    (row,) = session.stream(counted).read_all().to_pylist()
    return BaseRate(reference.as_of.day, int(row["customers"]), int(row["events"]))
