"""Looking one customer up: what is published about them, and the record that somebody asked."""

from dataclasses import dataclass
from datetime import date

from mkt_pipeline.campaign.audit import record_act
from mkt_pipeline.campaign.publication import CustomerSegment, customer_segment
from mkt_pipeline.campaign.session import Session


@dataclass(frozen=True, kw_only=True)
class CustomerNight:
    """What one publication that stands said about a customer."""

    use_case: str
    as_of: date
    is_current: bool
    model_version: str
    segment: str
    segment_rank: int | None
    propensity: float


@dataclass(frozen=True, kw_only=True)
class CustomerFound:
    """Every use case's current word on a customer, and the nights before, the earliest first."""

    current: tuple[CustomerSegment, ...]
    nights: tuple[CustomerNight, ...]


def look_up(
    session: Session, customer_id: str, *, person_hash: str, who: str | None, reason: str
) -> CustomerFound:
    """Read what is published about a customer, and record it, found or not, in one transaction."""
    with session.transaction():
        record_act(session, "look_up", who=who, reason=reason, person_hash=person_hash)
        nights = session.rows("customer_history", customer_id=customer_id)
        known = [row["use_case"] for row in session.rows("known_use_cases")]
        current = [
            customer_segment(row)
            for name in known
            for row in session.rows("customer", use_case=name, customer_id=customer_id)
        ]
    return CustomerFound(
        current=tuple(current), nights=tuple(CustomerNight(**row) for row in nights)
    )
