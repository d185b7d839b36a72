"""What customers bought, and what else points at a product, in whole numbers and ages in days."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from mkt_pipeline.errors import BadInputError

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

PURCHASE = "purchase"
"""The kind of evidence that a purchase is; kind number 0."""


@dataclass(frozen=True)
class Events:
    """One entry per event, oldest and newest mixed: ``customer`` and ``product`` are numbers,
    ``age`` is in days before the as-of and always above 0.
    """

    customer: Integers
    product: Integers
    age: Floats

    def where(self, kept: npt.NDArray[np.bool_]) -> "Events":
        """Only the events at which ``kept`` is true."""
        return Events(self.customer[kept], self.product[kept], self.age[kept])


@dataclass(frozen=True)
class Evidence:
    """Everything that is known at the as-of.

    ``customers`` and ``products`` are the ids behind the numbers. ``others`` are events that are
    no purchases, with their ``kind`` (from 1) and ``settled``: the age of the customer's next
    purchase of that very product, minus infinity where none followed. Interest that ended in a
    purchase says nothing any more.
    """

    customers: pd.Index
    products: pd.Index
    kinds: tuple[str, ...]
    purchases: Events
    others: Events
    kind: Integers
    settled: Floats


def encode(
    *, evidence: pd.DataFrame, purchases: pd.DataFrame, product_ids: pd.Index, as_of: datetime
) -> Evidence:
    """Number customers, products and kinds.

    Left out are events from ``as_of`` on, and events without a known customer, product or time.
    Refused is an ``as_of`` without a time zone.
    """
    if as_of.tzinfo is None:
        raise BadInputError(f"as-of {as_of} has no time zone", remedy="give an aware datetime")
    bought = _known(purchases, product_ids, as_of)
    others = _known(evidence, product_ids, as_of)
    ids = pd.concat([bought["customer_id"], others["customer_id"]], ignore_index=True)
    numbers, customers = pd.factorize(ids.astype("string[pyarrow]"))
    kind, kinds = pd.factorize(others["kind"].astype("string[pyarrow]"), sort=True)
    purchase_events = _events(bought, numbers[: len(bought)])
    other_events = _events(others, numbers[len(bought) :])
    return Evidence(
        customers=pd.Index(customers),
        products=product_ids,
        kinds=(PURCHASE, *map(str, kinds)),
        purchases=purchase_events,
        others=other_events,
        kind=kind.astype(np.int64) + 1,
        settled=_age_of_next_purchase(other_events, purchase_events, products=len(product_ids)),
    )


def _known(frame: pd.DataFrame, product_ids: pd.Index, as_of: datetime) -> pd.DataFrame:
    age = _age_days(frame["happened_at"], as_of)
    product = product_ids.get_indexer(pd.Index(frame["product_id"]))
    kept = (age > 0) & (product >= 0) & frame["customer_id"].notna().to_numpy()
    return pd.DataFrame(frame.assign(age=age, product=product)[kept])


def _age_days(happened_at: pd.Series, as_of: datetime) -> Floats:
    """Days before the as-of; NaN where the time is missing."""
    if happened_at.empty:
        return np.empty(0)
    if not pd.api.types.is_datetime64_any_dtype(happened_at) or happened_at.dt.tz is None:
        raise BadInputError(
            f"happened_at is {happened_at.dtype}", remedy="give timestamps with a time zone"
        )
    days = (pd.Timestamp(as_of) - happened_at).dt.total_seconds() / 86_400
    return np.asarray(days.to_numpy(np.float64, na_value=np.nan))


def _events(known: pd.DataFrame, customer: Integers) -> Events:
    product = known["product"].to_numpy(np.int64)
    return Events(np.asarray(customer, np.int64), product, known["age"].to_numpy(np.float64))


def _age_of_next_purchase(others: Events, purchases: Events, *, products: int) -> Floats:
    """For each other event the age of the same customer's next purchase of the same product."""
    left = pd.DataFrame({"pair": others.customer * products + others.product, "age": others.age})
    right = pd.DataFrame(
        {"pair": purchases.customer * products + purchases.product, "age": purchases.age}
    )
    right["settled"] = right["age"]
    # Ages fall as time goes on: the next purchase is the nearest one of at most the same age.
    matched = pd.merge_asof(
        left.reset_index().sort_values("age", kind="stable"),
        right.sort_values("age", kind="stable"),
        on="age",
        by="pair",
        direction="backward",
    )
    settled = np.full(len(left), -np.inf)
    settled[matched["index"].to_numpy()] = matched["settled"].fillna(-np.inf).to_numpy()
    return settled
