"""Which features are made of which columns of the CRM, and which names tell an outcome."""

import re
from collections.abc import Sequence

from mkt_pipeline.contracts.feature import Feature

_ENTITY_OF_GROUP = {
    **dict.fromkeys(("tenure", "age", "profile", "attribute"), "customers"),
    **dict.fromkeys(
        ("recency", "frequency", "money", "trend", "rhythm", "target", "quotes", "mix"), "orders"
    ),
    **dict.fromkeys(("interaction", "channel"), "interactions"),
    "consent": "consents",
    "texts": "texts",
}
_OUTCOMES = re.compile(
    r"(^|_)(outcome|probability|stage|lost|won|churn(ed)?|converted|conversion|closed|close"
    r"|lost_reason|date_closed|day_close|target|label)(_|$)"
)
"""Words for what is known at the end only; among them Odoo's columns of leads (probability,
automated_probability, stage_id, lost_reason_id, date_closed, won_status)."""


def entity_of(feature: Feature) -> str | None:
    """The entity whose rows a feature is made of; None for the calendar."""
    if feature.group == "campaign":
        return "orders" if feature.name == "campaign_orders_total" else "interactions"
    return _ENTITY_OF_GROUP.get(feature.group)


def made_of(features: Sequence[Feature], entity: str, column: str) -> tuple[str, ...]:
    """Names of the features that read a column."""
    own = [feature for feature in features if entity_of(feature) == entity]
    if entity == "customers":
        names = {"birth_year": "age_years", "created_at": "tenure_days"}
        return tuple(f.name for f in own if f.name == names.get(column, column))
    if column == "amount":
        own = [f for f in own if f.group in ("money", "trend") or f.name == "last_target_amount"]
    elif column == "rating":
        own = [f for f in own if f.name == "mean_rating"]
    elif column == "campaign_id":
        own = [f for f in own if f.group == "campaign"]
    elif column == "channel":
        own = [f for f in own if f.group in ("channel", "consent")]
    elif column == "product_id":
        own = [f for f in own if f.group in ("mix", "target") or f.name.startswith("target_")]
    return tuple(f.name for f in own)


def names_an_outcome(feature: Feature) -> bool:
    """Whether an attribute or a kind of interaction is called what is known at the end only."""
    if feature.group == "attribute":
        return bool(_OUTCOMES.search(feature.name.removeprefix("attr_")))
    is_kind = feature.group == "interaction" and not feature.name.startswith("target_interest")
    return is_kind and bool(_OUTCOMES.search(feature.name))
