"""Which use cases a training is for: the one that was named, those of alarms, or all."""

from collections.abc import Mapping, Sequence
from typing import Any

from mkt_airflow.assets import MODEL_ALARM, TRAINING_DUE
from mkt_pipeline.errors import BadInputError


def wanted(context: Mapping[str, Any], configured: Sequence[str]) -> list[str]:
    """In the order in which they are configured; another name than these in the param is refused.

    A run that alarms alone have started is for the use cases that they name.
    """
    only = context["params"].get("use_case")
    if only:
        if only not in configured:
            raise BadInputError(
                f"use case {str(only)[:40]!r} is not configured",
                remedy=f"name one of {', '.join(configured)}",
            )
        return [only]
    events = context["triggering_asset_events"]
    alarms = events.get(MODEL_ALARM) or ()
    if events.get(TRAINING_DUE) or not alarms:
        return list(configured)
    named = {name for alarm in alarms for name in alarm.extra["use_cases"]}
    return [name for name in configured if name in named]
