"""The parts of a night as one list, for a mapped task cannot be mapped again."""

from collections.abc import Iterable, Mapping
from typing import Any

from mkt_pipeline.errors import BadInputError, FailNowError

MAX_MAPPED = 1024
"""Airflow's own limit, ``[core] max_map_length``."""

PART_LABEL = (
    "{{ task.op_kwargs['part']['use_case'] }} {{ task.op_kwargs['part']['part'] }}"
    " of {{ task.op_kwargs['part']['plan']['parts'] }}"
)
"""What the task of a part is called, already while it runs: "service_visit 2 of 4"."""


def tasks_of(plans: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One element for each part of each plan: which part it is, and the plan."""
    found = [
        {"use_case": plan["use_case"], "part": part, "plan": dict(plan)}
        for plan in plans
        for part in range(1, plan["parts"] + 1)
    ]
    if len(found) > MAX_MAPPED:
        raise BadInputError(
            f"the night has {len(found):,} parts, and Airflow maps a task {MAX_MAPPED:,} times",
            remedy="lower MKT_SCORE_PARTS",
        )
    return found


def plan_of(plans: Iterable[Mapping[str, Any]], use_case: str) -> Mapping[str, Any]:
    """The plan of a use case; refused where it could not be planned."""
    for plan in plans:
        if plan["use_case"] == use_case:
            return plan
    raise FailNowError(
        f"the scoring of {use_case} was not planned",
        remedy="see why `plan` failed for it, mend it and clear that task",
    )
