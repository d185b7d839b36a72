"""A night or a training that meets a fault at any point ends well when it is run again.

`make test` takes a fixed sample of the points; `make faults` takes every one and writes the table
in docs/FAULTS.md.
"""

import json
import os
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from mkt_pipeline.samples.dealership import advance, load_dealership
from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.stack.launch import up
from mkt_pipeline.stack.shutdown import down
from mkt_pipeline.wiring.pipeline import wire

USE_CASE = "service_visit"
DAY = date(2026, 6, 1)
ALL = os.environ.get("FAULTS") == "all"
SAMPLE = 3
NEXT, AFTER = (str(DAY + timedelta(days=n)) for n in (1, 2))
KILLED, FULL = -9, 3
ENDS = {KILLED: "killed", FULL: "told of the full disk", 0: "went on"}
"""How the program tells that a night ended."""
DISK_MB = 100
PROGRAM = Path(__file__).parent / "killed_night.py"
PROJECT = Path(__file__).resolve().parents[2]


class Nights:
    """The program of nights, asked through its standard input."""

    def __init__(self, plan, log):
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=PROJECT,
        )
        self._ask(plan)
        self._undisturbed, self.results = {}, {}

    def undisturbed(self, work):
        """The points of a night or a training without a fault, and the state that it leaves."""
        if work not in self._undisturbed:
            done = self._ask({"work": work})
            self._undisturbed[work] = done["points"], done["state"]
        return self._undisturbed[work]

    def with_fault(self, work, at, fault):
        """The same with a fault at one point, run again plainly; it must have left the same."""
        points, expected = self.undisturbed(work)
        done = self._ask({"work": work, "at": at, "fault": fault})
        whole = done["second"] == 0 and done["state"] == expected
        outcome = "as without a fault" if whole else "DIFFERENT"
        self.results[work, at, fault] = points[at], ENDS.get(done["first"], "failed"), outcome
        assert done["second"] == 0, (fault, points[at])
        assert done["state"] == expected, (fault, points[at])
        return done["first"]

    def together(self, *runs):
        return self._ask({"together": runs})

    def _ask(self, document):
        self.process.stdin.write(json.dumps(document) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("TOLD "):
                return json.loads(line.removeprefix("TOLD "))
        raise AssertionError("the program of nights ended; its errors are in the log")

    def stop(self):
        self.process.communicate(timeout=60)


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """A small disk for the lake, where we may mount one; a plain folder elsewhere."""
    folder = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    subprocess.run(mount, check=False, capture_output=True)
    yield folder
    if folder.is_mount():
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="module")
def nights(tmp_path_factory, free_port, disk):
    """Nights over a small dealership with a champion, and a day of changes still to be read."""
    home = tmp_path_factory.mktemp("faults") / "home"
    told = {
        "home": str(home),
        "lake_uri": str(disk / "lake"),
        "postgres_port": free_port(),
        "mlflow_port": free_port(),
        "today": str(DAY + timedelta(days=7)),
    }
    settings = Settings(**told, _env_file=None)
    where = deployment(settings)
    up(where, only=("postgres", "mlflow"), tell=lambda *_: None)
    try:
        prepare(settings, where.postgres)
        plan = {
            "settings": told,
            "mlflow": f"http://127.0.0.1:{settings.mlflow_port}",
            "use_case": USE_CASE,
            "days": [NEXT],
            "train": str(DAY),
        }
        with (home / "nights.log").open("w") as log:
            program = Nights(plan, log)
            yield program
            program.stop()
            if ALL:
                write_table(program)
    finally:
        down(where, tell=lambda *_: None)


def prepare(settings, server):
    """A night before the one under test: published, so that there is something to keep."""
    urls = {name: server.url(name) for name in ("crm", "campaign")}
    load_dealership(url=urls["crm"], customers=600, until=DAY)
    steps = wire(settings, **urls, mlflow=f"http://127.0.0.1:{settings.mlflow_port}")
    steps.extract(as_of=str(DAY))
    steps.train(USE_CASE, as_of=str(DAY), trials=2)
    steps.features(USE_CASE, as_of=str(DAY))
    steps.score(USE_CASE, as_of=str(DAY))
    steps.publish(USE_CASE, as_of=str(DAY))
    advance(url=urls["crm"], days=1)
    shutil.move(settings.lake, settings.home.resolve() / "lake_before")
    rename_database(server, "campaign", "campaign_before")


def rename_database(server, old, new):
    import psycopg2

    connection = psycopg2.connect(server.url("postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {old} RENAME TO {new}")
    connection.close()


def write_table(nights):
    """The points, what was done there, how that ended, and what a plain rerun left."""
    different = sum(outcome == "DIFFERENT" for *_, outcome in nights.results.values())
    points = {(work, at) for work, at, _ in nights.results}
    lines = [
        "# Faults",
        "",
        "Written by `make faults`. A night of the sample (extract, features, score, publish) and a",
        "training were killed, cut off from their databases, had them restarted, or found the disk",
        "of the lake full, at each of these points, and were then run again. Lake, campaign tables",
        "and registry were compared, row by row, with those that are left without a fault.",
        "",
        f"{len(points)} points, {len(nights.results)} faults, {different} with a difference.",
        "",
        "`make faults` also kills a task and the scheduler of a real Airflow, whose nights finish",
        "by themselves or after `mkt stack up` (`tests/faults/test_airflow_killed.py`).",
        "",
        "| work | # | point | fault | ended | after the rerun |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {work} | {at + 1} | {point} | {fault} | {end} | {outcome} |"
        for (work, at, fault), (point, end, outcome) in sorted(nights.results.items())
    ]
    (PROJECT / "docs" / "FAULTS.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def chosen(points, sample=SAMPLE):
    """Every point, or a sample spread over the night."""
    if ALL:
        return list(range(len(points)))
    return sorted({round(n * (len(points) - 1) / (sample - 1)) for n in range(sample)})


def test_a_night_passes_points_of_every_kind(nights):
    points, _ = nights.undisturbed("night")
    assert len(points) >= 40
    for kind in ("lake crm/orders", "lake features", "lake scores", "campaign", "mlflow POST"):
        assert any(point.startswith(kind) for point in points), kind


def test_a_night_killed_at_any_point_is_whole_after_a_plain_rerun(nights):
    for at in chosen(nights.undisturbed("night")[0]):
        assert nights.with_fault("night", at, "kill") == KILLED


@pytest.mark.parametrize("fault", ["disconnect", "restart"])
def test_a_night_that_loses_its_databases_is_whole_after_a_plain_rerun(nights, fault):
    points, _ = nights.undisturbed("night")
    of_campaign = [n for n, name in enumerate(points) if name.startswith("campaign")]
    for at in of_campaign[::4] if ALL else of_campaign[5:6]:
        nights.with_fault("night", at, fault)


def test_a_night_on_a_full_disk_says_so_and_is_whole_after_a_plain_rerun(nights, disk):
    if not disk.is_mount():
        pytest.skip("only root can mount a small disk to fill")
    points, _ = nights.undisturbed("night")
    of_lake = [n for n, name in enumerate(points) if name.startswith("lake")]
    writing = [n for n in of_lake if not points[n].endswith("after the commit")]
    for at in writing if ALL else writing[len(writing) // 2 :][:1]:
        assert nights.with_fault("night", at, "full disk") == FULL, points[at]


def test_a_training_killed_at_any_point_leaves_the_same_registry_after_a_plain_rerun(nights):
    points, state = nights.undisturbed("training")
    assert {name for name in state if name.startswith("registry")} == {
        "registry champion",
        "registry previous",
    }
    aliases = [n for n, name in enumerate(points) if "alias" in name]
    # Dozens of artifacts are written alike: one point of each name, and every move of an alias.
    first_of_name = {points.index(name) for name in points}
    for at in sorted({*first_of_name, *aliases}) if ALL else aliases[5:6]:
        assert nights.with_fault("training", at, "kill") == KILLED


def test_the_same_night_twice_at_once_is_one_night(nights):
    done = nights.together([NEXT], [NEXT])
    assert done["ends"] == [0, 0]
    assert done["state"] == nights.undisturbed("night")[1]


def test_two_nights_at_once_give_what_they_give_in_turn(nights):
    in_turn = nights.together([NEXT, AFTER])
    at_once = nights.together([NEXT], [AFTER])
    assert (in_turn["ends"], at_once["ends"]) == ([0], [0, 0])
    published = [name for name in in_turn["state"] if "segment_changes" not in name]
    # Which of the two found a change is told in the log; what is known from it is the same.
    compared = [name for name in published if not name.startswith(("lake crm", "lake quarantine"))]
    assert {n: at_once["state"][n] for n in compared} == {n: in_turn["state"][n] for n in compared}
