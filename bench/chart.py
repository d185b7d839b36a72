"""The bench as one picture: nights beside the floor and the naive way, and nights by size."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

BARS = {
    "floor": "floor_stages",
    "usual night": "usual_night_stages",
    "full night": "full_night_stages",
    "naive": "naive_stages",
}

COLOURS = {
    **dict.fromkeys(("copy_out", "read_sql", "extract"), "#9ecae1"),
    "features": "#a1d99b",
    **dict.fromkeys(("predict", "score"), "#fdd0a2"),
    **dict.fromkeys(("copy_in", "to_sql", "publish"), "#dadaeb"),
}
"""The same colour for the same work."""

NARROW = 0.08
"""A stage with less of the axis than its name needs stays without it."""


def draw(found: Mapping[str, Any], path: Path) -> None:
    """Write the chart."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    bars = {name: stages for name, stages in BARS.items() if found[stages]}
    widest = max(sum(found[stages].values()) for stages in bars.values())
    for position, stages in enumerate(bars.values()):
        start = 0.0
        for stage, seconds in found[stages].items():
            left.barh(position, seconds, left=start, color=COLOURS[stage], edgecolor="white")
            if seconds > NARROW * widest:
                middle = start + seconds / 2
                left.text(middle, position, stage, ha="center", va="center", fontsize=7)
            start += seconds
    left.set_yticks(range(len(bars)), list(bars))
    left.set(xlabel="seconds", title=f"{found['size']['customers']:,} customers")
    sizes = sorted(int(size) for size in found["scaling"])
    seconds = [found["scaling"][str(size)]["seconds"] for size in sizes]
    right.loglog(sizes, seconds, marker="o")
    right.set(xlabel="customers", ylabel="seconds", title="full night by size")
    right.set_xticks(sizes, [f"{size:,}" for size in sizes], minor=False)
    right.set_yticks(seconds, [f"{one:.0f}" for one in seconds], minor=False)
    right.minorticks_off()
    figure.savefig(path, dpi=120)
