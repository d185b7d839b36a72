"""A night that is killed, cut off or restarted at any point ends well when it is run again.

`make test` takes a fixed sample of the points; `make faults` takes every one and writes the table
in docs/FAULTS.md.
"""

import json
import os
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
SAMPLE = 5
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
        told = self._ask(plan)
        self.points, self.expected = told["points"], told["state"]
        self.results = {}

    def with_fault(self, at, fault):
        done = self._ask({"at": at, "fault": fault})
        whole = done["second"] == 0 and done["state"] == self.expected
        self.results[at, fault] = "as without a fault" if whole else "DIFFERENT"
        return done

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
def nights(tmp_path_factory, free_port):
    """Nights over a small dealership with a champion, and a day of changes still to be read."""
    home = tmp_path_factory.mktemp("faults") / "home"
    told = {
        "home": str(home),
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
            "days": [str(DAY + timedelta(days=1))],
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
    steps.train(USE_CASE, as_of=str(DAY))
    steps.features(USE_CASE, as_of=str(DAY))
    steps.score(USE_CASE, as_of=str(DAY))
    steps.publish(USE_CASE, as_of=str(DAY))
    advance(url=urls["crm"], days=1)
    lake = settings.home.resolve() / "lake"
    lake.rename(lake.with_name("lake_before"))
    rename_database(server, "campaign", "campaign_before")


def rename_database(server, old, new):
    import psycopg2

    connection = psycopg2.connect(server.url("postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {old} RENAME TO {new}")
    connection.close()


def write_table(nights):
    """The points of one night, what was done to it there, and how it ended after a plain rerun."""
    lines = [
        "# Faults",
        "",
        "Written by `make faults`. A night of the sample (extract, features, score, publish) was",
        "killed, cut off from its databases, or had them restarted, at each of these points, and",
        "was then run again. Lake and campaign tables were compared, row by row, with those of a",
        "night without a fault.",
        "",
        f"{len(nights.points)} points, {len(nights.results)} faults,"
        f" {sum(r == 'DIFFERENT' for r in nights.results.values())} with a difference.",
        "",
        "| # | point | fault | after the rerun |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {at + 1} | {nights.points[at]} | {fault} | {result} |"
        for (at, fault), result in sorted(nights.results.items())
    ]
    (PROJECT / "docs" / "FAULTS.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def chosen(points):
    """Every point, or a sample spread over the night."""
    if ALL:
        return list(range(len(points)))
    return sorted({round(n * (len(points) - 1) / (SAMPLE - 1)) for n in range(SAMPLE)})


def test_a_night_passes_points_of_every_kind(nights):
    assert len(nights.points) >= 40
    for kind in ("lake crm/orders", "lake features", "lake scores", "campaign", "mlflow POST"):
        assert any(point.startswith(kind) for point in nights.points), kind


def test_a_night_killed_at_any_point_is_whole_after_a_plain_rerun(nights):
    for at in chosen(nights.points):
        done = nights.with_fault(at, "kill")
        assert (done["first"], done["second"]) == (-9, 0), nights.points[at]
        assert done["state"] == nights.expected, nights.points[at]


@pytest.mark.parametrize("fault", ["disconnect", "restart"])
def test_a_night_that_loses_its_databases_is_whole_after_a_plain_rerun(nights, fault):
    of_campaign = [n for n, name in enumerate(nights.points) if name.startswith("campaign")]
    places = of_campaign[::4] if ALL else of_campaign[5:6]
    for at in places:
        done = nights.with_fault(at, fault)
        assert done["second"] == 0, nights.points[at]
        assert done["state"] == nights.expected, nights.points[at]


NEXT = str(DAY + timedelta(days=1))
AFTER = str(DAY + timedelta(days=2))


def test_the_same_night_twice_at_once_is_one_night(nights):
    done = nights.together([NEXT], [NEXT])
    assert done["ends"] == [0, 0]
    assert done["state"] == nights.expected


def test_two_nights_at_once_give_what_they_give_in_turn(nights):
    in_turn = nights.together([NEXT, AFTER])
    at_once = nights.together([NEXT], [AFTER])
    assert (in_turn["ends"], at_once["ends"]) == ([0], [0, 0])
    published = [name for name in in_turn["state"] if "segment_changes" not in name]
    # Which of the two found a change is told in the log; what is known from it is the same.
    compared = [name for name in published if not name.startswith(("lake crm", "lake quarantine"))]
    assert {n: at_once["state"][n] for n in compared} == {n: in_turn["state"][n] for n in compared}
