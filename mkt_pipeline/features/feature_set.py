"""The feature set: one row per eligible customer of a use case, as of a day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import ibis.expr.types as ir

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.features.consents import consent_features
from mkt_pipeline.features.definition import Definition
from mkt_pipeline.features.eligibility import eligible_customers
from mkt_pipeline.features.frame_of_reference import FrameOfReference
from mkt_pipeline.features.interactions import interaction_features
from mkt_pipeline.features.order_tables import (
    OrderTables,
    events_before,
    order_tables,
    with_category,
)
from mkt_pipeline.features.orders import order_features
from mkt_pipeline.features.product_mix import category_features, line_features
from mkt_pipeline.features.profile import profile_features
from mkt_pipeline.features.state import state_as_of
from mkt_pipeline.features.texts import text_features

UNREAD = ("updated_at", "interaction_id", "text_id", "body")
"""Columns of a state that no feature reads: whoever copies one may leave them out."""


@dataclass(frozen=True)
class FeatureSet:
    """``rows`` has ``customer_id`` and one column for each of ``features``, in their order."""

    rows: ir.Table
    features: tuple[Feature, ...]


def feature_set(timelines: Mapping[str, ir.Table], reference: FrameOfReference) -> FeatureSet:
    """Build the feature set from the timelines of the change logs, by entity.

    Only versions known strictly before the as-of are read, and of those only events that lie
    before it. An entity without a log leaves its features out.
    """
    return features_of(state_of_all(timelines, reference), reference)


def state_of_all(
    timelines: Mapping[str, ir.Table], reference: FrameOfReference
) -> Mapping[str, ir.Table]:
    """What was known of every entity before the as-of."""
    cutoff = reference.as_of.cutoff
    return {name: state_as_of(one, cutoff=cutoff) for name, one in timelines.items()}


def features_of(state: Mapping[str, ir.Table], reference: FrameOfReference) -> FeatureSet:
    """Build the feature set from ``state_of_all``, or from what it says of some customers."""
    orders = order_tables(state["orders"], state["products"], reference)
    customers = eligible_customers(state["customers"], orders.orders, reference)
    definitions = list(profile_features(customers, reference))
    rows = _values(customers, definitions)
    for events, defined in _event_features(state, orders, reference):
        rows = _joined(rows, events, defined)
        definitions += defined
    features = tuple(definition.feature for definition in definitions)
    _refuse_repeated(features)
    return FeatureSet(rows.select("customer_id", *(f.name for f in features)), features)


def _event_features(
    state: Mapping[str, ir.Table], orders: OrderTables, reference: FrameOfReference
) -> Iterator[tuple[ir.Table, list[Definition]]]:
    yield orders.orders, list(order_features(orders.orders, reference))
    yield orders.lines, list(line_features(orders.lines, reference.target_noun))
    by_category = list(category_features(orders.categories, reference))
    if by_category:
        yield orders.categories, by_category
    if "interactions" in state:
        events = events_before(state["interactions"], "occurred_at", reference)
        events = with_category(events, state["products"], reference)
        yield events, list(interaction_features(events, reference))
    if "consents" in state and reference.vocabulary.of("consent_channel"):
        consents = events_before(state["consents"], "effective_at", reference)
        yield consents, list(consent_features(consents, reference))
    if "texts" in state:
        texts = events_before(state["texts"], "written_at", reference)
        texts = texts.filter(texts.customer_id.notnull())
        yield texts, list(text_features(texts, reference))


def _values(customers: ir.Table, definitions: list[Definition]) -> ir.Table:
    return customers.select("customer_id", **{d.feature.name: d.expression for d in definitions})


def _joined(rows: ir.Table, events: ir.Table, definitions: list[Definition]) -> ir.Table:
    """``rows`` with the aggregates of one event table; customers without events get ``absent``."""
    aggregates = {d.feature.name: d.expression for d in definitions}
    summary = events.group_by("customer_id").aggregate(**aggregates)
    joined = rows.left_join(summary, "customer_id").drop("customer_id_right")
    filled = {
        d.feature.name: joined[d.feature.name].fill_null(float(d.absent))
        for d in definitions
        if d.absent is not None
    }
    return joined.mutate(**filled) if filled else joined


def _refuse_repeated(features: tuple[Feature, ...]) -> None:
    names = [feature.name for feature in features]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"features share the names {repeated}")
