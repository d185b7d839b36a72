"""A night held against the publication before it: what differs by how much, and what may."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mkt_pipeline.contracts.publication_limits import PublicationLimits
from mkt_pipeline.contracts.telling_digits import telling_digits

SHARE_FLOOR = 0.02
"""A share may always change by so much: of a segment that hardly exists, doubling says nothing."""

FEW = 20
"""A segment of so many customers may be empty the next night; a larger one does not just end."""


@dataclass(frozen=True, kw_only=True)
class Night:
    """What is compared of one publication; ``counts`` per segment add up to ``rows``."""

    rows: int
    counts: Mapping[str, int]
    mean_propensity: float


@dataclass(frozen=True, kw_only=True)
class Check:
    """One comparison; ``value`` may reach ``limit`` in either direction. ``words`` tell both."""

    name: str
    value: float
    limit: float
    words: str

    @property
    def passed(self) -> bool:
        """Whether the value lies within the limit."""
        return abs(self.value) <= self.limit


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The checks of one night; none where it is the first of its use case.

    ``released_by`` names who released the same rows of the same day before.
    """

    checks: tuple[Check, ...] = ()
    publication_id: int | None = None
    as_of: date | None = None
    released_by: str | None = None
    released_id: int | None = None

    @property
    def broken(self) -> tuple[Check, ...]:
        """The checks outside their limit."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def holds(self) -> bool:
        """Whether the night must be held."""
        return bool(self.broken) and self.released_id is None

    def document(self) -> dict[str, Any]:
        """The report as JSON has it."""
        return {
            "compared_with": self.publication_id,
            "compared_as_of": self.as_of and self.as_of.isoformat(),
            "released_before_by": self.released_by,
            "checks": [{**vars(check), "passed": check.passed} for check in self.checks],
        }


def compare(
    *, before: Night, now: Night, changed: int, limits: PublicationLimits
) -> tuple[Check, ...]:
    """Every check of a night; ``changed`` is how many of ``before`` have another segment or none.

    Both nights have at least one row.
    """
    share = changed / before.rows
    return (
        _relative("customers", now.rows, before.rows, limits.rows_change, "{:,}"),
        *_shares(before, now, limits),
        _relative(
            "mean propensity",
            now.mean_propensity,
            before.mean_propensity,
            limits.mean_change,
            "{:.4f}",
        ),
        Check(
            name="changed segment",
            value=share,
            limit=limits.changed_segment,
            words=f"{_percent(share, limits.changed_segment)} of the customers before have another"
            f" segment or are gone (limit {_limit(limits.changed_segment)})",
        ),
    )


def _relative(name: str, now: float, before: float, limit: float, form: str) -> Check:
    # From nothing to something is no multiple of anything: as much as can be.
    value = now / before - 1 if before else float(now > 0) * 1e9
    words = (
        f"{name} {form.format(now)}, before {form.format(before)}"
        f" ({_percent(value, limit, '+')}, limit {_limit(limit)})"
    )
    return Check(name=name, value=value, limit=limit, words=words)


def _percent(value: float, limit: float, sign: str = "") -> str:
    return f"{value:{sign}.{telling_digits(100 * value, 100 * limit, least=1)}%}"


def _limit(limit: float) -> str:
    """As it is set: 20%, 1.5%, 0.01%."""
    return f"{100 * limit:.6g}%"


def _shares(before: Night, now: Night, limits: PublicationLimits) -> Iterator[Check]:
    for segment in before.counts:
        old = before.counts[segment] / before.rows
        new = now.counts[segment] / now.rows
        # As many times smaller as it may become larger: halved where it may double.
        times = limits.share_change / (1 + (new < old) * limits.share_change)
        limit = min(limits.share_points, max(SHARE_FLOOR, times * old))
        if not now.counts[segment] and before.counts[segment] > FEW:
            limit = 0.0
        points = 100 * (new - old)
        digits = telling_digits(points, 100 * limit, least=1)
        yield Check(
            name=f"share of {segment}",
            value=new - old,
            limit=limit,
            words=f"share of {segment} {new:.1%}, before {old:.1%}"
            f" ({points:+.{digits}f} points, limit {100 * limit:.{digits}f})",
        )
