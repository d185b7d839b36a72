"""Features that tell the same story over different look-back windows."""

import re
from collections.abc import Sequence

from mkt_pipeline.contracts.feature import Feature

_WINDOW = re.compile(r"_(\d+)d$")


def families(features: Sequence[Feature]) -> tuple[tuple[int, ...], ...]:
    """Positions of the features of each family, shortest look-back window first.

    A family is what has the same name but for a window at its end: ``visits_30d`` and
    ``visits_90d``. Any other feature is a family of its own. In order of first appearance.
    """
    members: dict[str, list[tuple[int, int]]] = {}
    for position, feature in enumerate(features):
        window = _WINDOW.search(feature.name)
        name = _WINDOW.sub("_*d", feature.name)
        days = int(window[1]) if window else 0
        members.setdefault(name, []).append((days, position))
    return tuple(tuple(p for _, p in sorted(family)) for family in members.values())
