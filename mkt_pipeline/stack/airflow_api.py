"""Airflow's REST API, as far as a night needs it."""

import http
import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal
from urllib.parse import quote, urlencode

from mkt_pipeline.errors import MktError, ServerUnavailableError, StackError
from mkt_pipeline.stack.airflow_door import AirflowDoor, airflow_door
from mkt_pipeline.stack.deployment import Deployment
from mkt_pipeline.stack.plain_http import Answer, ask

RunState = Literal["queued", "running", "success", "failed"]

NEWEST = 20
"""Runs looked at when the runs of one day are asked for."""


ASKED_AGAIN = 3
SECONDS_BETWEEN = 10.0
"""Before an answer of 500 and more is asked for again."""


@dataclass(frozen=True)
class DagRun:
    """One run of a DAG for one partition key."""

    dag_id: str
    run_id: str
    state: RunState

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen in it."""
        return self.state in ("success", "failed")


@dataclass(frozen=True)
class TaskTry:
    """One task (or one mapped instance of it) in a run; ``seconds`` is None before it ran.

    ``state`` is Airflow's, None while it waits for others; ``label`` names a mapped instance.
    """

    task_id: str
    map_index: int
    label: str | None
    state: str | None
    try_number: int
    seconds: float | None

    @property
    def name(self) -> str:
        """The task as a person would call it."""
        return (
            self.task_id
            if self.map_index < 0
            else f"{self.task_id} [{self.label or self.map_index}]"
        )


@dataclass(frozen=True)
class ImportProblem:
    """A DAG file that cannot be read, with the last line of the reason."""

    file: str
    reason: str


@dataclass
class AirflowApi:
    """Talks to the API server of one deployment; logs in by itself, again when a token expires."""

    where: Deployment
    _token: str | None = field(default=None, repr=False)

    @cached_property
    def door(self) -> AirflowDoor:
        """Where it answers."""
        return airflow_door(self.where)

    def has_dag(self, dag_id: str) -> bool:
        """Whether Airflow has read this DAG already."""
        return self._ask("GET", f"/dags/{quote(dag_id)}").status == 200

    def import_problems(self) -> tuple[ImportProblem, ...]:
        """The DAG files that cannot be read."""
        found = self._get("/importErrors")["import_errors"]
        return tuple(
            ImportProblem(one["filename"], one["stack_trace"].strip().splitlines()[-1])
            for one in found
        )

    def create_pool(self, name: str, *, slots: int, description: str) -> bool:
        """Create a pool; False where there is one of this name already."""
        pool = {"name": name, "slots": slots, "description": description}
        answer = self._ask("POST", "/pools", pool)
        if answer.status not in (201, 409):
            raise _refused("POST", "/pools", answer)
        return answer.status == 201

    def trigger(
        self, dag_id: str, *, key: str, params: Mapping[str, object] | None = None
    ) -> DagRun:
        """Start a run for one partition key."""
        body = {"logical_date": None, "partition_key": key, "conf": dict(params or {})}
        return _run(self._expect("POST", f"/dags/{quote(dag_id)}/dagRuns", body))

    def run(self, run: DagRun) -> DagRun:
        """The same run as it stands now."""
        return _run(self._get(_path(run)))

    def fail(self, run: DagRun) -> None:
        """End a run as failed; its tasks are stopped."""
        self._expect("PATCH", _path(run), {"state": "failed"})

    def runs(self, dag_id: str, *, key: str) -> tuple[DagRun, ...]:
        """The latest runs of a DAG for one partition key, newest first."""
        wanted = {"partition_key_prefix_pattern": key, "limit": NEWEST, "order_by": "-id"}
        found = self._get(f"/dags/{quote(dag_id)}/dagRuns?{urlencode(wanted)}")["dag_runs"]
        return tuple(_run(one) for one in found if one["partition_key"] == key)

    def tasks(self, run: DagRun) -> tuple[TaskTry, ...]:
        """Every task of a run, in the order in which they started."""
        found = self._get(f"{_path(run)}/taskInstances?limit=100")["task_instances"]
        started = sorted(found, key=lambda one: (one["start_date"] or "9", one["map_index"]))
        return tuple(_task(one) for one in started)

    def _get(self, path: str) -> dict[str, Any]:
        return self._expect("GET", path)

    def _expect(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        answer = self._ask(method, path, body)
        if answer.status >= 300 or not isinstance(answer.body, dict):
            raise _refused(method, path, answer)
        return answer.body

    def _ask(self, method: str, path: str, body: object = None) -> Answer:
        answer = self._send(method, f"/api/v2{path}", body, self._logged_in())
        if answer.status == 401:
            self._token = None
            answer = self._send(method, f"/api/v2{path}", body, self._logged_in())
        return answer

    def _logged_in(self) -> Mapping[str, str]:
        if self._token is None:
            log_in = {"username": self.door.user, "password": self.door.password}
            answer = self._send("POST", "/auth/token", log_in, {})
            if answer.status >= 300 or not isinstance(answer.body, dict):
                raise _refused("POST", "/auth/token", answer)
            self._token = str(answer.body["access_token"])
        return {"Authorization": f"Bearer {self._token}"}

    def _send(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> Answer:
        address = self.door.address
        failure: Exception | None = None
        # On a busy machine an answer may take its time, and Airflow's database may be away for a
        # while. Only what changes nothing is asked again.
        times = ASKED_AGAIN if method == "GET" else 1
        for time_left in range(times - 1, -1, -1):
            try:
                answer = ask(address, path, method=method, body=body, headers=headers)
            except (OSError, http.client.HTTPException) as error:
                failure = error
                continue
            if answer.status < http.HTTPStatus.INTERNAL_SERVER_ERROR or not time_left:
                return answer
            time.sleep(SECONDS_BETWEEN)
        raise ServerUnavailableError(
            f"Airflow's API server does not answer at {address} ({type(failure).__name__})",
            remedy="start it (`mkt stack up`), or correct MKT_AIRFLOW_URL",
        ) from failure


def _path(run: DagRun) -> str:
    return f"/dags/{quote(run.dag_id)}/dagRuns/{quote(run.run_id, safe='')}"


def _run(found: Mapping[str, Any]) -> DagRun:
    return DagRun(found["dag_id"], found["dag_run_id"], found["state"])


def _task(found: Mapping[str, Any]) -> TaskTry:
    return TaskTry(
        found["task_id"],
        found["map_index"],
        found["rendered_map_index"],
        found["state"],
        found["try_number"],
        found["duration"],
    )


def _refused(method: str, path: str, answer: Answer) -> MktError:
    detail = answer.body.get("detail") if isinstance(answer.body, dict) else answer.body
    if answer.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        return StackError(
            f"Airflow could not answer {method} {path}: status {answer.status}, {detail}",
            remedy="look whether its database is there (`mkt doctor`); a run that was started goes"
            " on without this command, `mkt runs` shows what it published",
        )
    return StackError(
        f"Airflow refused {method} {path} with status {answer.status}: {detail}",
        remedy="look at the DAG in Airflow's UI",
    )
