"""Is the challenger better than what is in use?"""

from collections.abc import Mapping
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

    Without a champion (``None``) the challenger must beat the baseline in average precision.
    With one it must beat the champion; the baseline is then shown and does not decide, for
    keeping the worse of two models helps nobody. Equal is not better.
    """
    checks = [_check("beats the baseline", challenger, baseline, decides=champion is None)]
    if champion is not None:
        checks.append(_check("beats the champion", challenger, champion, decides=True))
    promote = all(check.passed for check in checks if check.decides)
    return Decision(promote, tuple(checks), _sentence(tuple(checks), promote=promote))


def _check(
    name: str, challenger: Mapping[str, float], other: Mapping[str, float], *, decides: bool
) -> Check:
    value, limit = challenger[MEASURE], other[MEASURE]
    return Check(name, MEASURE, value, limit, value > limit, decides)


def _sentence(checks: tuple[Check, ...], *, promote: bool) -> str:
    deciding = next(check for check in checks if check.decides)
    rival = "the champion" if "champion" in deciding.name else "the baseline"
    relation = "above" if promote else "not above"
    first = (
        f"{'Promoted' if promote else 'Not promoted'}: average precision {deciding.value:.4f} "
        f"is {relation} {deciding.limit:.4f} of {rival} on the same test window"
    )
    shown = [check for check in checks if not check.decides and not check.passed]
    return first + ("".join(f", but not above {c.limit:.4f} of the baseline" for c in shown)) + "."
