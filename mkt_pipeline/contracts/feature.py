"""What is known about one feature besides its value."""

from dataclasses import dataclass
from typing import Literal

FeatureKind = Literal["number", "flag", "category"]


@dataclass(frozen=True)
class Feature:
    """One column of a feature set.

    ``number`` columns are float64 and ``flag`` columns 0.0 or 1.0, both with NaN for unknown;
    ``category`` columns are strings with None for unknown. ``reason`` is the sentence shown to a
    sales person, with ``{value}`` where the customer's own value goes and ``(s)`` for a plural.
    """

    name: str
    group: str
    kind: FeatureKind
    description: str
    reason: str
