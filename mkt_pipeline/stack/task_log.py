"""The log file of one task, and the line in it that says why the task failed."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from mkt_pipeline.stack.airflow_api import DagRun, TaskTry
from mkt_pipeline.stack.deployment import Deployment


def log_file(where: Deployment, run: DagRun, task: TaskTry) -> Path:
    """Where Airflow wrote what this try of the task said."""
    folder = where.task_logs / f"dag_id={run.dag_id}" / f"run_id={run.run_id}"
    folder /= f"task_id={task.task_id}"
    if task.map_index >= 0:
        folder /= f"map_index={task.map_index}"
    return folder / f"attempt={task.try_number}.log"


def last_error(log: Path) -> str:
    """The last error in a task's log: the exception's own words where there is one."""
    if not log.is_file():
        return "it wrote no log"
    lines = [_parsed(line) for line in log.read_text(encoding="utf-8").splitlines()]
    errors = [line for line in lines if line.get("level") in ("error", "critical")]
    # Airflow adds lines of its own after the exception; the exception says more.
    raised = [line for line in errors if line.get("error_detail")]
    if raised:
        return _raised(raised[-1]["error_detail"])
    told = [line for line in errors or lines if not str(line.get("event", "")).startswith("::")]
    last = str((told or [{}])[-1].get("event", "its log is empty"))
    # A process that is killed has no time for a last word: what it said before is not the cause.
    return f"its process was gone without an error; it last said: {last}" if _good(told) else last


def _good(told: Sequence[Mapping[str, object]]) -> bool:
    """Whether the last of these lines says its level, and that nothing was wrong."""
    return bool(told) and told[-1].get("level") in ("debug", "info", "warning")


def _raised(details: object) -> str:
    first = details[0] if isinstance(details, list) and details else {}
    words = " ".join(str(first.get("exc_value", "")).split())
    return words or str(first.get("exc_type", "an exception without words"))


def _parsed(line: str) -> dict[str, object]:
    try:
        parsed = json.loads(line)
    except ValueError:
        return {"event": line}
    return parsed if isinstance(parsed, dict) else {"event": line}
