"""The day a run is for: its param, else its partition key; never the clock."""

from collections.abc import Mapping
from typing import Any

from mkt_pipeline.contracts.as_of import DayRefusedError


def day_of(context: Mapping[str, Any]) -> str:
    """``YYYY-MM-DD`` of the run; a run without a day fails, for ``now`` would be a guess."""
    day = context["params"].get("as_of") or context["dag_run"].partition_key
    if not day:
        raise DayRefusedError(
            "this run has neither an as_of nor a partition key",
            remedy="trigger it with the param as_of (YYYY-MM-DD) or with a partition key",
        )
    return str(day)


def origin_of(context: Mapping[str, Any]) -> dict[str, str]:
    """What ties whatever this run makes to it: ids of DAG, run and task, and the day."""
    ti = context["ti"]
    return {
        "airflow_dag_id": ti.dag_id,
        "airflow_run_id": ti.run_id,
        "airflow_task_id": ti.task_id,
        "airflow_partition_key": str(context["dag_run"].partition_key or ""),
    }
