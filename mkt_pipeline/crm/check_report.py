"""What `mkt source check` found out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong (``error``), doubtful (``warning``) or good to know (``note``)."""

    severity: Severity
    problem: str
    remedy: str


@dataclass(frozen=True)
class CheckedColumn:
    """One column: its type in the contract and in the query; None where it is absent there."""

    name: str
    wanted: str | None
    given: str | None
    fits: bool


@dataclass(frozen=True)
class CheckedEntity:
    """One entity: ``rows`` is None where they could not be counted."""

    entity: str
    columns: tuple[CheckedColumn, ...] = ()
    rows: int | None = None
    newest_update: datetime | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class SourceReport:
    """The whole source at one instant; ``general``: what is not mapped, and rights of ``user``."""

    source: str
    user: str
    taken_at: datetime
    entities: tuple[CheckedEntity, ...]
    general: tuple[Problem, ...]

    def problems(self) -> Iterator[Problem]:
        """All problems, entity by entity, then the general ones."""
        for entity in self.entities:
            yield from entity.problems
        yield from self.general

    @property
    def is_usable(self) -> bool:
        """Whether a night may run on it: no error; warnings and notes do not stop it."""
        return all(problem.severity != "error" for problem in self.problems())
