"""When Airflow tells people: what a task or a run that failed or succeeded means for incidents.

A failed task tells in its own process, or in the DAG processor where the scheduler found it dead. A
process that is killed while its supervisor lives runs no callback of a task at all: what is still
unexplained when the run ends is told by the callback of the DAG. Retries tell nothing.

Dry runs tell nobody, nor does what was triggered by hand for a day that no step takes: whoever did
that sees it fail, and no night is missing. Of a clock that names such days people are told.
"""

import logging
import time
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from mkt_airflow.day import day_of
from mkt_airflow.pipeline import telling
from mkt_pipeline.errors import MktError

if TYPE_CHECKING:
    from mkt_pipeline.contracts.incident import Incident

log = logging.getLogger("mkt_pipeline")

PATIENCE_SECONDS = 20
"""A task reports that it failed before its own callback runs, and that takes some seconds."""

UNKNOWN_PROBLEM = "its process was killed, or its machine went away"
UNKNOWN_REMEDY = "read the log of the task in Airflow and its machine's memory, then clear the task"


def task_failed(context: Mapping[str, Any]) -> None:
    """Tell that a task has failed for good."""
    if _is_dry(context) or _asked_for_no_day(context):
        return
    from mkt_pipeline.steps.notify import opened

    opened(telling().notifier, failed_task(context))


def task_succeeded(context: Mapping[str, Any]) -> None:
    """Tell that what kept this task from succeeding is over, of this day and of earlier ones.

    A first try is left to the end of its run, which saves the tasks of an ordinary night a session.
    """
    if _is_dry(context) or context["ti"].try_number == 1:
        return
    from mkt_pipeline.steps.notify import over

    day, (_, subject) = _day(context), _names(context)
    why = f"It succeeded for {day or 'its run'}."
    over(telling().notifier, ("failure", "quarantine"), subject, day=day, why=why)


def run_failed(context: Mapping[str, Any]) -> None:
    """Tell of the failed tasks of a run that nobody has told of."""
    if _is_dry(context) or _asked_for_no_day(context):
        return
    from mkt_pipeline.steps.notify import opened

    notify = telling().notifier
    for name in _unexplained(notify, context):
        opened(notify, killed_task(context, name))


def run_succeeded(context: Mapping[str, Any]) -> None:
    """Tell that whatever was wrong with the DAG is over, and that it is late no longer."""
    if _is_dry(context):
        return
    from mkt_pipeline.steps.notify import over

    notify, day, dag_id = telling().notifier, _day(context), context["dag"].dag_id
    why = f"{dag_id} succeeded for {day or 'its run'}."
    over(notify, ("late",), dag_id, day=day, why=why)
    over(notify, ("failure", "quarantine"), f"{dag_id}/", day=day, why=why)


def failed_task(context: Mapping[str, Any]) -> "Incident":
    """The incident of a failed task; a held night and an extraction that stopped are their own."""
    from mkt_pipeline.campaign.publication_held import PublicationHeldError
    from mkt_pipeline.contracts.incident import Incident, IncidentKind
    from mkt_pipeline.lake.night_limits import NightHeldError

    error, day, use_case = context.get("exception"), _day(context), _use_case(context)
    name, subject = _names(context)
    problem, remedy = _words(error)
    kind: IncidentKind = "failure"
    if isinstance(error, PublicationHeldError) and use_case:
        # The same key as the night itself has, whoever finds it first.
        kind, subject = "held", use_case
    elif isinstance(error, NightHeldError):
        kind = "quarantine"
    return Incident(
        kind=kind,
        subject=subject,
        day=day,
        use_case=use_case,
        problem=problem,
        remedy=remedy,
        links=_links(context),
        explains=(name,),
    )


def killed_task(context: Mapping[str, Any], name: str) -> "Incident":
    """The incident of a failed task of which nothing is known but its name."""
    from mkt_pipeline.contracts.incident import Incident

    dag_id, task = context["dag"].dag_id, name.rsplit("/", 1)[1]
    return Incident(
        kind="failure",
        subject=f"{dag_id}/{task}",
        day=_day(context),
        problem=f"{dag_id}, task {task}: {UNKNOWN_PROBLEM}",
        remedy=UNKNOWN_REMEDY,
        links={"Airflow run": _run_address(context)},
        explains=(name,),
    )


def _words(error: object) -> tuple[str, str]:
    """Errors of the project name no customer; of others the kind alone is told."""
    if isinstance(error, MktError):
        return error.problem, error.remedy
    if isinstance(error, BaseException):
        return (
            f"it ended with {type(error).__name__}, an error that the pipeline does not know",
            "read the log of the task in Airflow; clear the task once it is mended",
        )
    return UNKNOWN_PROBLEM, UNKNOWN_REMEDY


def _unexplained(notify: Any, context: Mapping[str, Any]) -> list[str]:
    """Failed tasks of the run that no incident explains, after those that may yet tell have."""
    failed = _failed(context)
    explained: frozenset[str] = frozenset()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not failed <= explained:
        try:
            explained = notify.record().explained(failed)
        except MktError as away:
            # They have told by themselves, as far as they could; whom they told is not known.
            log.warning("failed tasks that were killed may remain untold: %s", away)
            return []
        if time.monotonic() > deadline:
            break
        time.sleep(1)
    return sorted(failed - explained)


def _failed(context: Mapping[str, Any]) -> frozenset[str]:
    dag_id, run_id = context["dag"].dag_id, context["run_id"]
    states = context["ti"].get_task_states(dag_id=dag_id, run_ids=[run_id]).get(run_id, {})
    return frozenset(f"{dag_id}/{run_id}/{name}" for name, s in states.items() if s == "failed")


def _names(context: Mapping[str, Any]) -> tuple[str, str]:
    """The task instance, and what it is across runs; both as Airflow names mapped tasks."""
    ti = context["ti"]
    mapped = ti.map_index is not None and ti.map_index >= 0
    task = f"{ti.task_id}_{ti.map_index}" if mapped else ti.task_id
    return f"{ti.dag_id}/{ti.run_id}/{task}", f"{ti.dag_id}/{task}"


def _use_case(context: Mapping[str, Any]) -> str | None:
    named = getattr(context["ti"].task, "op_kwargs", None) or {}
    found = named.get("use_case") if isinstance(named, Mapping) else None
    return found if isinstance(found, str) else None


def _day(context: Mapping[str, Any]) -> date | None:
    """The day of the run; of a run without one none, for what failed may be just that."""
    run = context.get("dag_run")
    day = (context.get("params") or {}).get("as_of") or getattr(run, "partition_key", None)
    try:
        return date.fromisoformat(day) if day else None
    except ValueError:
        return None


def _asked_for_no_day(context: Mapping[str, Any]) -> bool:
    """Whether a person triggered the run without a day, or for one that no step takes."""
    # A member of an enumeration: equal to its text, but not written as it.
    if getattr(context.get("dag_run"), "run_type", None) != "manual":
        return False
    from mkt_pipeline.contracts.as_of import DayRefusedError

    if "exception" in context and not isinstance(context["exception"], DayRefusedError):
        return False
    try:
        telling().settings.as_of(day_of(context))
    except DayRefusedError:
        return True
    return False


def _is_dry(context: Mapping[str, Any]) -> bool:
    return bool((context.get("params") or {}).get("dry_run"))


def _links(context: Mapping[str, Any]) -> dict[str, str]:
    ti = context["ti"]
    links = {"Airflow task": ti.log_url, "Airflow run": _run_address(context)}
    if use_case := _use_case(context):
        links["Segments"] = f"{_base()}/mkt/use-cases/{use_case}"
    upstream = sorted(ti.task.upstream_task_ids)
    if upstream and context.get("exception") is not None:  # not asked for in the DAG processor
        found = ti.xcom_pull(task_ids=upstream, key="mlflow_run_url", map_indexes=ti.map_index)
        if address := next((one for one in found or () if one), None):
            links["MLflow run"] = address
    return links


def _run_address(context: Mapping[str, Any]) -> str:
    from urllib.parse import quote

    return f"{_base()}/dags/{context['dag'].dag_id}/runs/{quote(context['run_id'], safe='')}"


def _base() -> str:
    from airflow.configuration import conf

    return str(conf.get("api", "base_url", fallback="")).rstrip("/")
