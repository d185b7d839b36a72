"""What people are told about: incidents, the notices of them, and what still stands meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

IncidentKind = Literal["failure", "held", "late", "alarm", "quarantine"]
"""A failed task, a held publication, a missed deadline, an alarm about a model, and an extraction
that stopped because too many rows break the contract or are gone.
"""

Phase = Literal["opened", "over"]


@dataclass(frozen=True, kw_only=True)
class Incident:
    """Something that is wrong until it is over; at most one with the same ``key`` is open.

    ``subject`` is what it is about, such as ``nightly_scoring/night.publish[1]``. ``explains``
    names the task instances that failed because of it. No text of it holds data of a customer.
    """

    kind: IncidentKind
    subject: str
    day: date | None
    problem: str
    remedy: str
    use_case: str | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    explains: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What tells it from all others that are open."""
        return "/".join(str(part) for part in (self.kind, self.subject, self.day) if part)


@dataclass(frozen=True, kw_only=True)
class KnownIncident:
    """An incident as it is kept; it is open while ``closed_at`` is None.

    ``told`` gives for each channel when it was told last, or None where that has failed so far.
    """

    incident_id: int
    incident: Incident
    opened_at: datetime
    closed_at: datetime | None = None
    closed_because: str | None = None
    told: Mapping[str, datetime | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DueNotice:
    """One message that one channel has not got yet."""

    known: KnownIncident
    phase: Phase
    channel: str


@dataclass(frozen=True)
class Standing:
    """The segments that readers see of a use case; ``day`` is None where nothing is current."""

    use_case: str
    day: date | None


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One message: a line for its subject, labelled parts, links by name, and facts for machines.

    ``about`` holds plain values: event, key, kind, use_case, day.
    """

    subject: str
    parts: Mapping[str, str]
    links: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, str | None] = field(default_factory=dict)
