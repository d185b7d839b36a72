"""Following runs of DAGs until they end."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from mkt_pipeline.errors import FailNowError, StackError
from mkt_pipeline.stack.airflow_api import AirflowApi, DagRun, TaskTry
from mkt_pipeline.stack.task_log import last_error, log_file

READ_WITHIN_SECONDS = 60.0
"""Reading all DAG files takes some 10 s on two cores."""

PATIENCE_SECONDS = 15.0
"""Within this, the other files have been read even where one is broken."""

FOLLOWS_WITHIN_SECONDS = 60.0
"""The scheduler sees a new asset event within seconds."""

QUIET_SECONDS = 1800.0
"""How long a run may stand still. While a task works it is waited for: tasks have time limits of
their own, and Airflow fails those that stopped giving signs of life.
"""

AT_WORK = ("running", "queued", "scheduled", "restarting", "up_for_retry")

PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class Step:
    """What a run is doing now."""

    run: DagRun
    tasks: tuple[TaskTry, ...]
    failures: Mapping[str, str] = field(default_factory=dict)
    """Of tasks that failed and are tried again, by name: the error, and where the log is."""


Watch = Callable[[Step], None]
"""Called again and again while a run is followed."""


def wait_for_dags(
    api: AirflowApi, dag_ids: Sequence[str], *, patience_seconds: float = PATIENCE_SECONDS
) -> None:
    """Wait until Airflow has read these DAGs.

    Where one stays away and a file cannot be read, that file is the error after some patience: it
    may be one that has to do with none of these DAGs.
    """
    missing, began = list(dag_ids), time.monotonic()
    while missing := [dag_id for dag_id in missing if not api.has_dag(dag_id)]:
        waited = time.monotonic() - began
        problems = api.import_problems() if waited >= patience_seconds else ()
        if problems:
            raise StackError(
                f"Airflow cannot read {problems[0].file}: {problems[0].reason}",
                remedy="correct the file",
            )
        if waited > READ_WITHIN_SECONDS:
            raise StackError(
                f"Airflow has not found the DAGs {', '.join(missing)}",
                remedy=f"check that their files lie in {api.where.dags}",
            )
        time.sleep(PAUSE_SECONDS)


def follow(
    api: AirflowApi, run: DagRun, watch: Watch, *, quiet_seconds: float = QUIET_SECONDS
) -> DagRun:
    """Watch one run until it has ended well; a failed task is an error that names its log.

    A run in which nothing moves for ``quiet_seconds`` is left to itself, as an error.
    """
    moved = time.monotonic()
    states: tuple[tuple[str, str | None], ...] = ()
    while True:
        run, tasks = api.run(run), api.tasks(run)
        before, states = states, tuple((task.name, task.state) for task in tasks)
        if states != before or any(task.state in AT_WORK for task in tasks):
            moved = time.monotonic()
        watch(Step(run, tasks, _failures(api, run, tasks)))
        if run.state == "failed":
            raise _failed(api, run, tasks)
        if run.ended:
            return run
        if time.monotonic() > moved + quiet_seconds:
            raise StackError(
                f"{run.dag_id} goes on, but nothing has moved for {quiet_seconds / 60:.0f} minutes",
                remedy=f"see what it waits for on {_address(api, run)}; the same command follows it"
                " again",
            )
        time.sleep(PAUSE_SECONDS)


Begun = Callable[[DagRun], None]
"""Called with every run that was triggered here, and with those that it woke."""


def run_dag(api: AirflowApi, dag_id: str, *, key: str, watch: Watch, begun: Begun) -> DagRun:
    """Trigger one DAG for a day and follow it; a run that goes on is followed, not doubled."""
    run, is_ours = _going_on_or_triggered(api, dag_id, key)
    if is_ours:
        begun(run)
    return follow(api, run, watch)


def run_chain(
    api: AirflowApi, dag_ids: Sequence[str], *, key: str, watch: Watch, begun: Begun
) -> None:
    """Run the first DAG for a day and follow the others, which its assets wake in turn.

    A run of the first that somebody has begun for the same day is followed, not doubled.
    """
    before = {dag_id: {run.run_id for run in api.runs(dag_id, key=key)} for dag_id in dag_ids}
    first, is_ours = _going_on_or_triggered(api, dag_ids[0], key)
    tell = begun if is_ours else _nobody
    tell(first)
    follow(api, first, watch)
    for earlier, dag_id in pairwise(dag_ids):
        run = _woken(api, dag_id, key, before[dag_id], earlier)
        tell(run)
        follow(api, run, watch)


def _going_on_or_triggered(api: AirflowApi, dag_id: str, key: str) -> tuple[DagRun, bool]:
    """A run of a day, and whether it was triggered here: the scheduler may have been first."""
    others = [run for run in api.runs(dag_id, key=key) if not run.ended]
    return (others[0], False) if others else (api.trigger(dag_id, key=key), True)


def _nobody(_: DagRun) -> None:
    """The runs are somebody else's."""


def _woken(api: AirflowApi, dag_id: str, key: str, before: set[str], earlier: str) -> DagRun:
    deadline = time.monotonic() + FOLLOWS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        for run in api.runs(dag_id, key=key):
            if run.run_id not in before:
                return run
        time.sleep(PAUSE_SECONDS)
    raise StackError(
        f"{dag_id} did not start for {key} although {earlier} succeeded",
        remedy="is it paused? Browse, Audit Log in Airflow's UI names a mapper that failed",
    )


def end_runs(api: AirflowApi, runs: Sequence[DagRun]) -> list[str]:
    """End those of the runs that have not ended; names their DAGs."""
    left = [run for run in runs if not api.run(run).ended]
    for run in left:
        api.fail(run)
    return [run.dag_id for run in left]


def _failures(api: AirflowApi, run: DagRun, tasks: Sequence[TaskTry]) -> Mapping[str, str]:
    again = [task for task in tasks if task.state == "up_for_retry"]
    logs = {task.name: log_file(api.where, run, task) for task in again}
    return {name: f"{last_error(log)}; its log is {log}" for name, log in logs.items()}


def _failed(api: AirflowApi, run: DagRun, tasks: Sequence[TaskTry]) -> FailNowError:
    task = next((task for task in tasks if task.state == "failed"), None)
    if task is None:
        return FailNowError(
            f"{run.dag_id} failed without a failed task", remedy=f"look at {_address(api, run)}"
        )
    log = log_file(api.where, run, task)
    return FailNowError(
        f"{run.dag_id}, task {task.name} failed: {last_error(log)}", remedy=f"read {log}"
    )


def _address(api: AirflowApi, run: DagRun) -> str:
    return f"{api.door.address}/dags/{run.dag_id}/runs/{run.run_id}"
