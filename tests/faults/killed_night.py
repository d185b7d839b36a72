"""A night in a process of its own that dies at a named point; and what it left behind.

Run as a program. It imports everything once and forks a child for every night, so that a hundred
nights cost seconds each. Points are the calls by which a night writes: commits of the lake,
statements and commits of the campaign database, requests to MLflow that change something.
"""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pyarrow as pa
import requests
from deltalake import DeltaTable

import mkt_pipeline.lake.delta as delta
from mkt_pipeline.campaign.session import Session
from mkt_pipeline.errors import TryAgainError
from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.postgres import EmbeddedPostgres
from mkt_pipeline.wiring.pipeline import wire

READS = ("current", "publications", "last_before", "last_source", "open_transactions")
"""Statements of the campaign database that change nothing."""


class Points:
    """Counts the points that a night passes, and does something at one of them."""

    def __init__(self, at: int | None, fault: Callable[[], None], told: Path | None) -> None:
        self.at, self.fault, self.told, self.passed = at, fault, told, 0

    def reach(self, name: str) -> None:
        if self.told:
            with self.told.open("a") as file:
                file.write(name + "\n")
        self.passed += 1
        if self.at is not None and self.passed == self.at + 1:
            self.fault()


def instrument(points: Points, lake_root: str) -> None:
    """Put the points around the calls, in this process only."""
    write = delta.write_deltalake

    def written(table: str | DeltaTable, rows: pa.RecordBatchReader, **options: Any) -> None:
        uri = table if isinstance(table, str) else table.table_uri
        name = f"lake {uri.split(lake_root)[-1].strip('/')}"
        points.reach(f"{name}: before the commit")
        write(table, _interrupted(rows, points, f"{name}: while rows are written"), **options)
        points.reach(f"{name}: after the commit")

    delta.write_deltalake = written
    for method in ("rows", "run", "run_on", "copy_in"):
        setattr(Session, method, _around(points, getattr(Session, method)))
    transaction = Session.transaction

    @contextlib.contextmanager
    def committed(self: Session) -> Iterator[None]:
        with transaction(self):
            yield
            points.reach("campaign: before a commit")
        points.reach("campaign: after a commit")

    Session.transaction = committed  # type: ignore[method-assign]
    request = requests.Session.request

    def asked(self: requests.Session, method: str, url: str, *rest: Any, **options: Any) -> Any:
        if method.upper() == "GET" or url.endswith("search"):
            return request(self, method, url, *rest, **options)
        name = f"mlflow {method} {url.split('/', 3)[-1].split('mlflow/')[-1].split('?')[0][:40]}"
        name = name if "artifact" not in name else f"mlflow {method} artifact"
        points.reach(f"{name}: before")
        answer = request(self, method, url, *rest, **options)
        points.reach(f"{name}: after")
        return answer

    requests.Session.request = asked  # type: ignore[method-assign, assignment]


def _interrupted(rows: pa.RecordBatchReader, points: Points, name: str) -> pa.RecordBatchReader:
    def batches() -> Iterator[pa.RecordBatch]:
        for number, batch in enumerate(rows):
            if number == 0:
                points.reach(name)
            yield batch

    return pa.RecordBatchReader.from_batches(rows.schema, batches())


def _around(points: Points, call: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(self: Session, name: str, /, *rest: Any, **parameters: Any) -> Any:
        if name in READS:
            return call(self, name, *rest, **parameters)
        points.reach(f"campaign {name}: before")
        answer = call(self, name, *rest, **parameters)
        points.reach(f"campaign {name}: after")
        return answer

    return wrapped


class Harness:
    """Runs nights over a base state that is put back before each of them."""

    def __init__(self, settings: Settings, mlflow: str, use_case: str, days: list[str]) -> None:
        self.settings, self.mlflow, self.use_case, self.days = settings, mlflow, use_case, days
        home = settings.home.resolve()
        self.server = EmbeddedPostgres(home / "postgres", settings.postgres_port)
        self.base, self.lake = home / "lake_before", home / "lake"

    def reset(self) -> None:
        """Put the lake and the campaign database back to what they were before the night."""
        shutil.rmtree(self.lake, ignore_errors=True)
        shutil.copytree(self.base, self.lake)
        self._sql("postgres", "DROP DATABASE IF EXISTS campaign WITH (FORCE)")
        self._sql("postgres", "CREATE DATABASE campaign TEMPLATE campaign_before")

    def night(self, at: int | None, fault: str, told: Path | None = None) -> int:
        """Run one night in a child; returns its exit status, negative for a signal."""
        return self._forked(lambda: self._night(at, fault, told))

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

    def _night(self, at: int | None, fault: str, told: Path | None) -> None:
        actions = {"kill": self._die, "disconnect": self._disconnect, "restart": self._restart}
        points = Points(at, actions[fault], told)
        instrument(points, str(self.lake))
        urls = {name: self.server.url(name) for name in ("crm", "campaign")}
        steps = wire(self.settings, **urls, mlflow=self.mlflow)
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

    def _forked(self, work: Callable[[], None]) -> int:
        _, status = os.waitpid(self._begun(work), 0)
        return os.waitstatus_to_exitcode(status)

    def _begun(self, work: Callable[[], None]) -> int:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                work()
                status = 0
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
        return state


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
    """Read one JSON document with the settings and the plan; print one JSON line per point."""
    plan = json.loads(sys.stdin.readline())
    settings = Settings(**plan["settings"], _env_file=None)
    harness = Harness(settings, plan["mlflow"], plan["use_case"], plan["days"])
    told = settings.home / "points.txt"
    told.unlink(missing_ok=True)
    harness.reset()
    assert harness.night(None, "kill", told) == 0
    names, expected = told.read_text().splitlines(), harness.state()
    _say({"points": names, "state": expected})
    for line in sys.stdin:
        asked = json.loads(line)
        harness.reset()
        if "together" in asked:
            ends = harness.together(asked["together"])
            _say({**asked, "ends": ends, "state": harness.state()})
            continue
        first = harness.night(asked["at"], asked["fault"])
        second = harness.night(None, "kill")
        _say({**asked, "first": first, "second": second, "state": harness.state()})


def _say(document: dict[str, Any]) -> None:
    print("TOLD " + json.dumps(document), flush=True)


if __name__ == "__main__":
    main()
