"""The contract: the entities and columns that the pipeline needs, whatever the CRM."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

ColumnType = Literal["text", "timestamptz", "decimal", "integer", "number", "boolean"]

ATTRIBUTE_PREFIX = "attr_"
"""Any extra column that starts with this becomes a feature without code."""


@dataclass(frozen=True)
class Column:
    """One column of an entity; ``allowed`` lists the only values it may hold, if it is closed."""

    name: str
    type: ColumnType
    nullable: bool = True
    allowed: tuple[str, ...] = ()
    refers_to: str | None = None


@dataclass(frozen=True)
class Entity:
    """One entity of the contract.

    ``event_time`` is the column that says when a row came to be. A first load has no history, so
    its rows count as known from that time; without one they count as known from the beginning.
    """

    name: str
    key: str
    columns: tuple[Column, ...]
    event_time: str | None
    needed: bool
    attributes: bool = False

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns of the contract, in its order, without attributes."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column called ``name``."""
        return next(column for column in self.columns if column.name == name)


def _id(name: str, refers_to: str | None = None, *, nullable: bool = True) -> Column:
    return Column(name, "text", nullable, refers_to=refers_to)


_UPDATED_AT = Column("updated_at", "timestamptz")

CUSTOMERS = Entity(
    "customers",
    "customer_id",
    (
        _id("customer_id", nullable=False),
        Column("created_at", "timestamptz", nullable=False),
        _UPDATED_AT,
        Column("is_active", "boolean", nullable=False),
        Column("birth_year", "integer"),
        Column("gender", "text"),
        Column("city", "text"),
        Column("region", "text"),
        Column("country", "text"),
        Column("acquisition_channel", "text"),
    ),
    event_time="created_at",
    needed=True,
    attributes=True,
)
PRODUCTS = Entity(
    "products",
    "product_id",
    (
        _id("product_id", nullable=False),
        Column("name", "text", nullable=False),
        Column("category", "text"),
        Column("price", "decimal"),
        Column("is_active", "boolean", nullable=False),
        _UPDATED_AT,
    ),
    event_time=None,
    needed=True,
    attributes=True,
)
ORDERS = Entity(
    "orders",
    "order_line_id",
    (
        _id("order_line_id", nullable=False),
        _id("order_id", nullable=False),
        _id("customer_id", "customers", nullable=False),
        _id("product_id", "products"),
        Column("ordered_at", "timestamptz", nullable=False),
        Column("quantity", "decimal", nullable=False),
        Column("amount", "decimal", nullable=False),
        Column(
            "status",
            "text",
            nullable=False,
            allowed=("quote", "confirmed", "cancelled", "returned"),
        ),
        _id("campaign_id"),
        _UPDATED_AT,
    ),
    event_time="ordered_at",
    needed=True,
)
INTERACTIONS = Entity(
    "interactions",
    "interaction_id",
    (
        _id("interaction_id", nullable=False),
        _id("customer_id", "customers", nullable=False),
        Column("occurred_at", "timestamptz", nullable=False),
        Column("channel", "text", nullable=False),
        Column("kind", "text", nullable=False),
        _id("product_id", "products"),
        _id("campaign_id"),
        _UPDATED_AT,
    ),
    event_time="occurred_at",
    needed=False,
)
CONSENTS = Entity(
    "consents",
    "consent_id",
    (
        _id("consent_id", nullable=False),
        _id("customer_id", "customers", nullable=False),
        Column("channel", "text", nullable=False),
        Column("status", "text", nullable=False, allowed=("granted", "withdrawn")),
        Column("effective_at", "timestamptz", nullable=False),
        _UPDATED_AT,
    ),
    event_time="effective_at",
    needed=False,
)
TEXTS = Entity(
    "texts",
    "text_id",
    (
        _id("text_id", nullable=False),
        _id("customer_id", "customers"),
        _id("product_id", "products"),
        Column("written_at", "timestamptz", nullable=False),
        Column("channel", "text"),
        Column("language", "text"),
        Column("rating", "number"),
        Column("body", "text"),
        _UPDATED_AT,
    ),
    event_time="written_at",
    needed=False,
)

ENTITIES: Mapping[str, Entity] = MappingProxyType(
    {entity.name: entity for entity in (CUSTOMERS, PRODUCTS, ORDERS, INTERACTIONS, CONSENTS, TEXTS)}
)
