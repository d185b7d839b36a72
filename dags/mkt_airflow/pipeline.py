"""The pipeline of a task: settings of the process, addresses from Airflow's connections."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkt_pipeline.wiring.pipeline import Pipeline


def pipeline() -> "Pipeline":
    """Wire the pipeline; heavy imports happen here, inside the task, not when the DAG is read."""
    from airflow.sdk import BaseHook

    from mkt_pipeline.settings import load_settings
    from mkt_pipeline.wiring.pipeline import wire

    urls = {name: BaseHook.get_connection(name).get_uri() for name in ("crm", "campaign")}
    mlflow = BaseHook.get_connection("mlflow")
    scheme = mlflow.conn_type if mlflow.conn_type in ("http", "https") else "http"
    port = f":{mlflow.port}" if mlflow.port else ""
    server = f"{scheme}://{mlflow.host}{port}"
    return wire(load_settings(), **urls, mlflow=server)
