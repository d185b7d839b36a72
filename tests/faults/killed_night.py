"""A night, or a training, in a process of its own that dies at a named point; and what it left.

Run as a program. It imports everything once and forks a child for every night, so that a hundred
nights cost seconds each. Points are the calls by which a night writes: commits of the lake,
statements and commits of the campaign database, requests to MLflow that change something.
"""

import errno
import hashlib
import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
from deltalake import DeltaTable
from points import Points, instrument
from registry_state import RegistryState

from mkt_pipeline.errors import StorageFullError, TryAgainError
from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.postgres import EmbeddedPostgres
from mkt_pipeline.wiring.pipeline import wire

FULL = 3
"""Exit status of a child that was told of a full disk in the project's own words."""

BALLAST_BLOCK = b"\0" * 65536


class Harness:
    """Runs nights and trainings over a base state that is put back before each of them."""

    def __init__(self, settings: Settings, plan: dict[str, Any]) -> None:
        self.settings, self.mlflow = settings, plan["mlflow"]
        self.use_case, self.days, self.trained_on = plan["use_case"], plan["days"], plan["train"]
        home = settings.home.resolve()
        self.server = EmbeddedPostgres(home / "postgres", settings.postgres_port)
        self.lake = Path(settings.lake)
        self.base, self.ballast = home / "lake_before", self.lake.with_name("ballast")
        self._with_registry(lambda registry: registry.remember())

    def reset(self, work: str) -> None:
        """Put lake, campaign database and registry back to what they were before."""
        self.ballast.unlink(missing_ok=True)
        shutil.rmtree(self.lake, ignore_errors=True)
        shutil.copytree(self.base, self.lake)
        self._sql("postgres", "DROP DATABASE IF EXISTS campaign WITH (FORCE)")
        self._sql("postgres", "CREATE DATABASE campaign TEMPLATE campaign_before")
        if work == "training":
            self._with_registry(lambda registry: registry.put_back(spoiled=True))

    def after(self, work: str) -> dict[str, str]:
        """The state that was left; nights find a registry as before."""
        state = self.state()
        if work == "training":
            self._with_registry(lambda registry: registry.put_back(spoiled=False))
        return state

    def run(self, work: str, at: int | None, fault: str, told: Path | None = None) -> int:
        """Do the work in a child; returns its exit status, negative for a signal."""
        self.ballast.unlink(missing_ok=True)
        return self._forked(lambda: self._faulty(work, at, fault, told))

    def together(self, runs: list[list[str]]) -> list[int]:
        """Run several nights at once, each tried again as Airflow would."""
        children = [self._begun(lambda days=days: self._stubborn(days)) for days in runs]
        return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]

    def state(self) -> dict[str, str]:
        """A digest of everything a night leaves behind, by table."""
        out = self.settings.home / "state.json"
        status = self._forked(lambda: out.write_text(json.dumps(self._state())) and None)
        assert status == 0
        return dict(json.loads(out.read_text()))

    def _faulty(self, work: str, at: int | None, fault: str, told: Path | None) -> None:
        actions = {
            "kill": self._die,
            "disconnect": self._disconnect,
            "restart": self._restart,
            "full disk": self._fill,
        }
        points = Points(at, actions[fault], told)
        instrument(points, str(self.lake))
        urls = {name: self.server.url(name) for name in ("crm", "campaign")}
        steps = wire(self.settings, **urls, mlflow=self.mlflow)
        if work == "training":
            steps.train(self.use_case, as_of=self.trained_on, trials=2)
            return
        for day in self.days:
            steps.extract(as_of=day)
            steps.features(self.use_case, as_of=day)
            steps.score(self.use_case, as_of=day)
            steps.publish(self.use_case, as_of=day)

    def _stubborn(self, days: list[str]) -> None:
        urls = {name: self.server.url(name) for name in ("crm", "campaign")}
        steps = wire(self.settings, **urls, mlflow=self.mlflow)
        for day in days:
            for step in ("extract", "features", "score", "publish"):
                self._until_it_works(getattr(steps, step), step, day)

    def _until_it_works(self, step: Callable[..., object], name: str, day: str) -> None:
        for left in reversed(range(10)):
            try:
                step(as_of=day) if name == "extract" else step(self.use_case, as_of=day)
            except TryAgainError as again:
                print(f"{name} {day}: {again}", file=sys.stderr)
                if left == 0:
                    raise
                time.sleep(0.2)
            else:
                return

    def _die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def _disconnect(self) -> None:
        self._sql(
            "postgres",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname IN ('crm', 'campaign')",
        )

    def _restart(self) -> None:
        self.server.stop()
        self.server.start()

    def _fill(self) -> None:
        try:
            with self.ballast.open("wb", buffering=0) as file:
                while file.write(BALLAST_BLOCK):
                    pass
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise

    def _with_registry(self, work: Callable[[RegistryState], object]) -> None:
        kept = self.settings.home / "champion.json"
        asked = self._forked(lambda: work(RegistryState(self.mlflow, self.use_case, kept)))
        assert asked == 0

    def _forked(self, work: Callable[[], object]) -> int:
        _, status = os.waitpid(self._begun(work), 0)
        return os.waitstatus_to_exitcode(status)

    def _begun(self, work: Callable[[], object]) -> int:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                work()
                status = 0
            except StorageFullError as error:
                status = FULL
                print(error, file=sys.stderr)
            except BaseException:  # noqa: BLE001 - told to the parent by the status
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)
        return child

    def _sql(self, database: str, statement: str) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(self.server.url(database))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def _state(self) -> dict[str, str]:
        tables = sorted(self.lake.rglob("_delta_log"))
        state = {
            f"lake {table.parent.relative_to(self.lake)}": _of_rows(
                DeltaTable(str(table.parent)).to_pyarrow_table().to_pylist()
            )
            for table in tables
        }
        for name, query in CAMPAIGN.items():
            state[f"campaign {name}"] = _of_rows(self._sql("campaign", query))
        registry = RegistryState(self.mlflow, self.use_case, self.settings.home / "champion.json")
        return state | registry.state()


CAMPAIGN = {
    "current_segments": "SELECT use_case, as_of, customer_id, propensity, segment, segment_rank,"
    " recommended_products, reasons FROM campaign.current_segments",
    "publications": "SELECT use_case, as_of, rows, counts, status, checksum, is_current"
    " FROM campaign.publications WHERE status = 'published'",
    "segment_changes": "SELECT use_case, as_of, customer_id, change, previous_segment, segment"
    " FROM campaign.segment_changes",
    "partitions": "SELECT count(*) - (SELECT count(*) FROM campaign.publications"
    " WHERE status = 'published') FROM pg_inherits"
    " WHERE inhparent = 'campaign.segments'::regclass",
}
"""What a reader sees; numbers of publications are given out once and may have gaps."""


def _of_rows(rows: list[Any]) -> str:
    texts = sorted(json.dumps(row, default=str, sort_keys=True) for row in rows)
    return f"{len(texts)} rows, {hashlib.sha256(''.join(texts).encode()).hexdigest()[:16]}"


def main() -> None:
    """Read one JSON document with the settings and the plan; answer each further one by a line."""
    plan = json.loads(sys.stdin.readline())
    harness = Harness(Settings(**plan["settings"], _env_file=None), plan)
    _say({})
    for line in sys.stdin:
        _say(_done(harness, json.loads(line)))


def _done(harness: Harness, asked: dict[str, Any]) -> dict[str, Any]:
    work = asked.get("work", "night")
    harness.reset(work)
    if "together" in asked:
        return {"ends": harness.together(asked["together"]), "state": harness.after(work)}
    if asked.get("fault") is None:
        told = harness.settings.home / "points.txt"
        told.unlink(missing_ok=True)
        assert harness.run(work, None, "kill", told) == 0
        return {"points": told.read_text().splitlines(), "state": harness.after(work)}
    first = harness.run(work, asked["at"], asked["fault"])
    second = harness.run(work, None, "kill")
    return {"first": first, "second": second, "state": harness.after(work)}


def _say(document: dict[str, Any]) -> None:
    print("TOLD " + json.dumps(document), flush=True)


if __name__ == "__main__":
    main()
