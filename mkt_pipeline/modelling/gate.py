"""Is the challenger better than what is in use?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

MEASURE = "average_precision"


@dataclass(frozen=True)
class Check:
    """One comparison: passed where ``value`` is greater than ``limit``.

    A check that does not ``decide`` is shown only.
    """

    name: str
    measure: str
    value: float
    limit: float
    passed: bool
    decides: bool


@dataclass(frozen=True)
class Decision:
    """Whether the challenger becomes champion, every check behind it, and one sentence."""

    promote: bool
    checks: tuple[Check, ...]
    sentence: str

    def document(self) -> dict[str, Any]:
        """The decision as plain data, for a JSON file."""
        return {**asdict(self), "checks": [asdict(check) for check in self.checks]}


def decide(
    *,
    challenger: Mapping[str, float],
    baseline: Mapping[str, float],
    champion: Mapping[str, float] | None,
) -> Decision:
    """Compare measures that were all taken on the same test window.

    Without a champion (``None``) the challenger must beat both the base rate, which is the average
    precision to be expected of chance, and the baseline, which may itself be worse than chance.
    With one it must beat the champion; the other two are then shown and do not decide, for
    keeping the worse of two models helps nobody. Equal is not better.
    """
    first, value = champion is None, challenger[MEASURE]
    checks = [
        _check("beats the base rate", value, challenger["base_rate"], decides=first),
        _check("beats the baseline", value, baseline[MEASURE], decides=first),
    ]
    if champion is not None:
        checks.append(_check("beats the champion", value, champion[MEASURE], decides=True))
    promote = all(check.passed for check in checks if check.decides)
    return Decision(promote, tuple(checks), _sentence(value, checks, promote=promote))


def _check(name: str, value: float, limit: float, *, decides: bool) -> Check:
    return Check(name, MEASURE, value, limit, value > limit, decides)


def _sentence(value: float, checks: Sequence[Check], *, promote: bool) -> str:
    """What decided, and what was not reached although it did not decide."""
    named = [_limit(c) for c in checks if c.decides and c.passed is promote]
    shown = [_limit(c) for c in checks if not c.decides and not c.passed]
    verdict, relation, link = (
        ("Promoted", "above", " and ") if promote else ("Not promoted", "not above", " or ")
    )
    more = f", {'but not' if promote else 'nor'} above {' or '.join(shown)}" if shown else ""
    return (
        f"{verdict}: average precision {value:.4f} is {relation} {link.join(named)}"
        f" on the same test window{more}."
    )


def _limit(check: Check) -> str:
    return f"{check.name.removeprefix('beats ')} ({check.limit:.4f})"
