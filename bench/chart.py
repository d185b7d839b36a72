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


def draw(found: Mapping[str, Any], path: Path) -> None:
    """Write the chart."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    for position, stages in enumerate(BARS.values()):
        start = 0.0
        for stage, seconds in found[stages].items():
            left.barh(position, seconds, left=start, edgecolor="white")
            left.text(start + seconds / 2, position, stage, ha="center", va="center", fontsize=7)
            start += seconds
    left.set_yticks(range(len(BARS)), list(BARS))
    left.set(xlabel="seconds", title=f"{found['size']['customers']:,} customers")
    sizes = sorted(int(size) for size in found["scaling"])
    seconds = [found["scaling"][str(size)]["seconds"] for size in sizes]
    right.loglog(sizes, seconds, marker="o")
    right.set(xlabel="customers", ylabel="seconds", title="full night by size")
    figure.savefig(path, dpi=120)
