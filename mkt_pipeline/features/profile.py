"""Features of the customer's own row: tenure, season, age, place, channel, attributes."""

import math
from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from mkt_pipeline.contracts.entities import ATTRIBUTE_PREFIX
from mkt_pipeline.contracts.feature import FeatureKind
from mkt_pipeline.features.definition import Definition, define
from mkt_pipeline.features.frame_of_reference import FrameOfReference

_CATEGORIES = {
    "gender": ("Gender", "gender is {value}"),
    "region": ("Region", "lives in {value}"),
    "country": ("Country", "lives in {value}"),
    "acquisition_channel": ("How the customer was won", "came to us through {value}"),
}


def profile_features(customers: ir.Table, reference: FrameOfReference) -> Iterator[Definition]:
    """Values of the customer's row as known at the as-of."""
    yield define(
        "tenure_days",
        "tenure",
        "number",
        description="Days since the customer was created",
        reason="customer for {value} day(s)",
        missing="day of becoming a customer",
        expression=reference.days_before(customers.created_at),
    )
    yield define(
        "age_years",
        "age",
        "number",
        description="Age in years, from the year of birth",
        reason="{value} years old",
        missing="age",
        expression=reference.as_of.day.year - customers.birth_year,
    )
    yield from _season(reference)
    for column, (description, reason) in _CATEGORIES.items():
        yield define(
            column,
            "profile",
            "category",
            description=description,
            reason=reason,
            missing=column.replace("_", " "),
            expression=customers[column],
        )
    for name in reference.vocabulary.of("attribute"):
        yield _attribute(customers, name)


def _season(reference: FrameOfReference) -> Iterator[Definition]:
    # Sine and cosine keep December beside January, which the number of the month does not.
    turn = 2 * math.pi * reference.as_of.day.timetuple().tm_yday / 365.25
    for name, value in (("season_sine", math.sin(turn)), ("season_cosine", math.cos(turn))):
        yield define(
            name,
            "season",
            "number",
            description=f"{name.split('_')[1].capitalize()} of the day of the year",
            reason="time of the year",
            # Written as text, for DuckDB would read a plain number as a decimal.
            expression=ibis.literal(repr(value)),
        )


def _attribute(customers: ir.Table, name: str) -> Definition:
    words = name.removeprefix(ATTRIBUTE_PREFIX).replace("_", " ")
    column = customers[name]
    kind: FeatureKind
    if column.type().is_string():
        kind = "category"
    elif column.type().is_boolean():
        kind = "flag"
    else:
        kind = "number"
    return define(
        name,
        "attribute",
        kind,
        description=f"Attribute of the customer: {words}",
        reason=f"{words}: {{value}}",
        missing=words,
        expression=column,
    )
