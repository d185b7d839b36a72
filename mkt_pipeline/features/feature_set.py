"""The feature set: one row per eligible customer of a use case, as of a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.features.consents import consent_features
from mkt_pipeline.features.definition import Definition
from mkt_pipeline.features.eligibility import eligible_customers
from mkt_pipeline.features.frame_of_reference import FrameOfReference
from mkt_pipeline.features.interactions import interaction_features
from mkt_pipeline.features.orders import order_features
from mkt_pipeline.features.profile import profile_features
from mkt_pipeline.features.state import state_as_of
from mkt_pipeline.features.texts import text_features


@dataclass(frozen=True)
class FeatureSet:
    """``rows`` has ``customer_id`` and one column for each of ``features``, in their order."""

    rows: ir.Table
    features: tuple[Feature, ...]


def feature_set(logs: Mapping[str, ir.Table], reference: FrameOfReference) -> FeatureSet:
    """Build the feature set from the change logs, by entity.

    Only versions known strictly before the as-of are read, and of those only events that lie
    before it. An entity without a log leaves its features out.
    """
    state = {
        name: state_as_of(log, key=ENTITIES[name].key, cutoff=reference.as_of.cutoff)
        for name, log in logs.items()
    }
    orders = _orders(state["orders"], state["products"], reference)
    customers = eligible_customers(state["customers"], orders, reference)
    definitions = list(profile_features(customers, reference))
    rows = _values(customers, definitions)
    for events, defined in _event_features(state, orders, reference):
        rows = _joined(rows, events, defined)
        definitions += defined
    features = tuple(definition.feature for definition in definitions)
    _refuse_repeated(features)
    return FeatureSet(rows.select("customer_id", *(f.name for f in features)), features)


def _event_features(
    state: Mapping[str, ir.Table], orders: ir.Table, reference: FrameOfReference
) -> Iterable[tuple[ir.Table, list[Definition]]]:
    yield orders, list(order_features(orders, reference))
    if "interactions" in state:
        events = _before(state["interactions"], "occurred_at", reference)
        events = _with_category(events, state["products"], reference)
        yield events, list(interaction_features(events, reference))
    if "consents" in state:
        consents = _before(state["consents"], "effective_at", reference)
        yield consents, list(consent_features(consents, reference))
    if "texts" in state:
        texts = _before(state["texts"], "written_at", reference)
        texts = texts.filter(texts.customer_id.notnull())
        yield texts, list(text_features(texts, reference))


def _orders(orders: ir.Table, products: ir.Table, reference: FrameOfReference) -> ir.Table:
    lines = _with_category(_before(orders, "ordered_at", reference), products, reference)
    bought = (lines.status == "confirmed") & lines.is_target
    last_target = lines.days.min(where=bought).over(group_by=lines.customer_id)
    return lines.mutate(after_last_target=(lines.days < last_target).fill_null(True))


def _before(events: ir.Table, time: str, reference: FrameOfReference) -> ir.Table:
    """Events before the as-of, with ``days`` from the event to it."""
    happened = events.filter(events[time] < ibis.literal(reference.as_of.cutoff))
    return happened.mutate(days=reference.days_before(happened[time]))


def _with_category(events: ir.Table, products: ir.Table, reference: FrameOfReference) -> ir.Table:
    categories = products.select("product_id", "category")
    joined = events.left_join(categories, "product_id").drop("product_id_right")
    return joined.mutate(is_target=reference.is_target_category(joined.category))


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
