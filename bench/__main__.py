"""Nights side by side with the floor and the naive way, as ratios.

    python -m bench --customers 1000000 --folder .mkt-bench

Everything is measured in one run on one machine; a figure of another run says nothing beside it.
Beside the size that is asked for, nights of a tenth and of three times as many customers are run.
"""

import argparse
import json
import math
import os
import platform
import shutil
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from bench import crm
from bench.chart import draw
from bench.measured import CommandFailedError, Measured
from bench.night import DAY, PROJECT, USE_CASE, Bench, Night
from bench.table import as_table

RESULTS = Path(__file__).parent / "results"
SOURCES = PROJECT / "sources" / "dealership"
NAIVE_MEMORY_SHARE = 0.85
"""What is left is PostgreSQL's, and the system's."""


def main() -> None:
    """Build, run, compare, write."""
    asked = _arguments()
    home = asked.folder.resolve()
    shutil.rmtree(home, ignore_errors=True)
    bench = Bench(home, (_free_port(), _free_port()))
    found: dict[str, Any] = {"measured_at": datetime.now(UTC).isoformat(), "machine": _machine()}
    try:
        bench.start()
        found |= _main_size(bench, asked.customers)
        if found["naive_seconds"] is None:
            found["naive_where_it_fits"] = _where_naive_fits(bench, asked.customers)
        found |= _history(bench, max(asked.customers // 4, 1))
        found |= _scaling(bench, asked.customers, found)
    finally:
        bench.stop()
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "night.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    table = as_table(found)
    (RESULTS / "night.md").write_text(table, encoding="utf-8")
    draw(found, RESULTS / "night.png")
    print(table)


@dataclass(frozen=True)
class Beside:
    """Nights beside the floor and the naive way, which is None where memory does not hold it."""

    built: crm.Built
    full: Night
    floor: Measured
    usual: Night
    naive: Measured | None


def _beside(bench: Bench, name: str, customers: int) -> Beside:
    built = _prepare(bench, name, customers)
    full = bench.night(name, DAY)
    _say(f"full night of {customers:,}", full)
    folder = bench.settings.home / f"matrix_{name}"
    mlflow = f"http://127.0.0.1:{bench.settings.mlflow_port}"
    bench.run("bench.matrix", str(bench.lake(name)), mlflow, USE_CASE, str(DAY), str(folder))
    programs = (bench.crm(name), bench.campaign, str(SOURCES), str(folder))
    floor = bench.run("bench.floor", *programs)
    tomorrow = DAY + timedelta(days=1)
    crm.change(bench.crm(name), percent=1, on=DAY)
    usual = bench.night(name, tomorrow)
    _say(f"usual night of {customers:,}", usual)
    # Last, for it drives everything else out of the system's cache.
    naive = _naive(bench, *programs, str(DAY))
    bench.forget(name)
    return Beside(built, full, floor, usual, naive)


def _main_size(bench: Bench, customers: int) -> dict[str, Any]:
    found = _beside(bench, "main", customers)
    full, usual, naive = found.full, found.usual, found.naive
    floor_seconds = _sum(found.floor.output)
    return {
        "size": vars(found.built),
        "floor_seconds": round(floor_seconds, 1),
        "floor_stages": _stages(found.floor.output),
        **_of_naive(found),
        "naive_stages": _stages(naive.output) if naive else {},
        "full_night_seconds": round(full.seconds, 1),
        "full_night_peak_mb": round(full.peak_mb),
        "full_night_stages": _of(full),
        "usual_night_seconds": round(usual.seconds, 1),
        "usual_night_peak_mb": round(usual.peak_mb),
        "usual_night_stages": _of(usual),
        "full_to_floor": round(full.seconds / floor_seconds, 2),
        "usual_to_full": round(usual.seconds / full.seconds, 2),
    }


def _where_naive_fits(bench: Bench, customers: int) -> dict[str, Any]:
    """The naive way beside nights of fewer customers: half as many, until memory holds it."""
    smaller = customers // 2
    while smaller:
        found = _beside(bench, f"fewer{smaller}", smaller)
        if found.naive is not None:
            nights = {"full_night_seconds": found.full, "usual_night_seconds": found.usual}
            seconds = {name: round(night.seconds, 1) for name, night in nights.items()}
            return {"customers": found.built.customers, **_of_naive(found), **seconds}
        smaller //= 2
    raise CommandFailedError("the naive way does not fit into memory at any size")


def _of_naive(found: Beside) -> dict[str, float | None]:
    if found.naive is None:
        names = ("naive_seconds", "naive_peak_mb", "naive_to_full", "naive_to_usual")
        return dict.fromkeys(names)
    seconds = _sum(found.naive.output)
    return {
        "naive_seconds": round(seconds, 1),
        "naive_peak_mb": round(found.naive.peak_mb),
        "naive_to_full": round(seconds / found.full.seconds, 2),
        "naive_to_usual": round(seconds / found.usual.seconds, 2),
    }


def _naive(bench: Bench, *programs: str) -> Measured | None:
    """The naive way; None where the machine's memory does not hold it."""
    try:
        return bench.run("bench.naive", *programs, memory_share=NAIVE_MEMORY_SHARE)
    except CommandFailedError as error:
        if "Memory" not in str(error) and "alloc" not in str(error):
            raise
        print(f"naive: does not fit in {NAIVE_MEMORY_SHARE:.0%} of the memory", flush=True)
        return None


def _history(bench: Bench, customers: int) -> dict[str, Any]:
    seconds = {}
    for history in (1, 2):
        name = f"history{history}"
        _prepare(bench, name, customers, history=history)
        bench.night(name, DAY)
        crm.change(bench.crm(name), percent=1, on=DAY)
        night = bench.night(name, DAY + timedelta(days=1))
        _say(f"usual night, history times {history}", night)
        seconds[history] = night.seconds
        bench.forget(name)
    return {
        "history_customers": customers,
        "history_doubled_ratio": round(seconds[2] / seconds[1], 2),
    }


def _scaling(bench: Bench, customers: int, found: dict[str, Any]) -> dict[str, Any]:
    main = (found[f"full_night_{fact}"] for fact in ("seconds", "peak_mb", "stages"))
    sizes = {customers: tuple(main)}
    for size in (customers // 10, customers * 3):
        _prepare(bench, f"size{size}", size)
        night = bench.night(f"size{size}", DAY)
        _say(f"full night of {size:,}", night)
        sizes[size] = (night.seconds, night.peak_mb, _of(night))
        bench.forget(f"size{size}")
    smallest, largest = min(sizes), max(sizes)
    return {
        "scaling": {
            str(size): {"seconds": round(seconds, 1), "peak_mb": round(peak), "stages": stages}
            for size, (seconds, peak, stages) in sorted(sizes.items())
        },
        "scaling_exponent": round(
            math.log(sizes[largest][0] / sizes[customers][0]) / math.log(largest / customers), 3
        ),
        "memory_ratio_100k_3m": round(sizes[largest][1] / sizes[smallest][1], 2),
    }


def _prepare(bench: Bench, name: str, customers: int, *, history: int = 1) -> crm.Built:
    built = crm.build(bench.crm(name), customers=customers, until=DAY, history=history)
    print(f"{name}: {built}", flush=True)
    bench.lake(name).mkdir(parents=True)
    # The features that the champion was trained with.
    shutil.copytree(bench.lake("small") / "vocabulary", bench.lake(name) / "vocabulary")
    return built


def _say(what: str, night: Night) -> None:
    stages = ", ".join(f"{stage.name} {stage.seconds:.1f}" for stage in night.stages)
    print(f"{what}: {night.seconds:.1f} s ({stages}), {night.peak_mb:.0f} MB", flush=True)


def _of(night: Night) -> dict[str, float]:
    return {stage.name: round(stage.seconds, 1) for stage in night.stages}


def _stages(output: str) -> dict[str, float]:
    pairs = (line.split() for line in output.splitlines())
    return {name: round(float(seconds), 1) for name, seconds in pairs}


def _sum(output: str) -> float:
    return sum(_stages(output).values())


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "python": platform.python_version(),
        "system": platform.platform(),
        "load_before": os.getloadavg()[0],
    }


def _free_port() -> int:
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        return int(candidate.getsockname()[1])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--customers", type=int, default=300_000)
    parser.add_argument("--folder", type=Path, default=Path(".mkt-bench"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
