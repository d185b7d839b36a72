"""The bench as a table: what was asked of a night, and what it took."""

from collections.abc import Mapping
from typing import Any


def as_table(found: Mapping[str, Any]) -> str:
    """Markdown, with the machine's facts above."""
    machine, size = found["machine"], found["size"]
    naive = found.get("naive_where_it_fits", found)
    beside = "" if naive is found else f", {naive['customers']:,} customers"
    sizes = sorted(int(one) for one in found["scaling"])
    peaks = ", ".join(f"{found['scaling'][str(n)]['peak_mb']:,} MB at {n:,}" for n in sizes)
    rows = [
        ("full night, times the floor", "at most 4", found["full_to_floor"]),
        (f"naive way, times the full night{beside}", "at least 4", naive["naive_to_full"]),
        ("full night, memory", "under 1,500 MB", f"{found['full_night_peak_mb']:,} MB"),
        ("usual night, share of the full one", "at most 0.40", found["usual_to_full"]),
        (f"naive way, times the usual night{beside}", "at least 10", naive["naive_to_usual"]),
        ("usual night with twice the history", "at most 1.15", found["history_doubled_ratio"]),
        ("exponent of time by customers", "at most 1.05", found["scaling_exponent"]),
        ("memory, largest to smallest size", "at most 1.3", found["memory_ratio_100k_3m"]),
    ]
    lines = [
        f"# Nights of {size['customers']:,} customers",
        "",
        f"{size['order_lines']:,} order lines and {size['interactions']:,} interactions, measured"
        f" {found['measured_at'][:16]} UTC on {machine['cores']} cores with"
        f" {machine['memory_gb']} GB, load {machine['load_before']:.1f} before. Memory by size:"
        f" {peaks}.",
        "",
        "| | seconds | stages |",
        "|---|---|---|",
        *(
            f"| {name} | {_shown(found[f'{key}_seconds'])} | {_stages(found[f'{key}_stages'])} |"
            for name, key in (
                ("floor", "floor"),
                ("naive way", "naive"),
                ("full night", "full_night"),
                ("usual night, 1 % changed", "usual_night"),
            )
        ),
        "",
        "| what | asked | measured |",
        "|---|---|---|",
        *(f"| {what} | {asked} | {_shown(measured)} |" for what, asked, measured in rows),
    ]
    return "\n".join(lines) + "\n"


def _shown(value: float | str | None) -> str:
    return "did not fit in memory" if value is None else str(value)


def _stages(stages: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {seconds}" for name, seconds in stages.items())
