"""The pipeline of a task: settings of the process, addresses from Airflow's connections."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkt_pipeline.wiring.notices import Telling
    from mkt_pipeline.wiring.pipeline import Pipeline


def pipeline() -> "Pipeline":
    """Wire the pipeline; heavy imports happen here, inside the task, not when the DAG is read."""
    from airflow.sdk import BaseHook

    from mkt_pipeline.wiring.connections import wire_connections

    return wire_connections(BaseHook.get_connection)


def telling() -> "Telling":
    """Wire the notices, which need the campaign database alone."""
    from airflow.sdk import BaseHook

    from mkt_pipeline.settings import load_settings
    from mkt_pipeline.wiring.notices import Telling

    return Telling(load_settings(), BaseHook.get_connection("campaign").get_uri())
