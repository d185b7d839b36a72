"""What is kept about a model in use: figures that came true, and signs of a changed world."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Level = Literal["ok", "warn", "alarm"]
"""Below the first limit, below the second, or beyond it."""

SignKind = Literal["score", "feature", "unknown", "freshness"]

EVERYBODY = "all"
"""The part that is the whole publication."""


@dataclass(frozen=True)
class HealthFigure:
    """One measure of a publication, or of a part of it, taken when its label window had closed.

    ``low`` and ``high`` hold it with 95 % confidence and are None where nothing can be drawn.
    ``promised`` is the same as it was promised, ``rule_of_thumb`` what the rule of recency,
    frequency and money reached; both None where there is no such thing.
    """

    measure: str
    part: str
    value: float
    low: float | None
    high: float | None
    promised: float | None
    rule_of_thumb: float | None
    customers: int
    positives: int


@dataclass(frozen=True)
class DriftSign:
    """How one thing was on a night, beside what the champion learned or what is usual.

    ``score`` and ``feature``: ``value`` is the population stability index, ``distance`` the
    Jensen-Shannon distance, and ``usual`` that of the farthest training date. ``unknown``: the
    share of customers with a category that the model has not seen. ``freshness``: days since the
    newest event, and ``usual`` the longest pause.
    """

    kind: SignKind
    subject: str
    value: float
    level: Level
    distance: float | None = None
    usual: float | None = None

    @property
    def name(self) -> str:
        """What it is called in an alarm."""
        return f"{self.kind} {self.subject}"


Levels = Mapping[str, Level]
"""The level of every sign of one night, by its name."""


@dataclass(frozen=True)
class StandingAlarm:
    """An alarm that was raised and has not ended: as of which day, for which signs."""

    alarm_id: int
    raised_as_of: date
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class AlarmDecision:
    """What becomes of a night: ``raised`` are the signs of a new alarm, none for no alarm.

    ``ends`` says that the standing alarm ends tonight, as it is gone or is raised again.
    """

    raised: tuple[str, ...] = ()
    ends: bool = False
