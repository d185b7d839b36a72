"""The link from a task to the MLflow run that it wrote."""

from airflow.plugins_manager import AirflowPlugin
from airflow.sdk import BaseOperatorLink
from airflow.sdk.execution_time.xcom import XCom


class MlflowRunLink(BaseOperatorLink):
    """Shown on tasks that pushed ``mlflow_run_url``."""

    name = "MLflow run"

    def get_link(self, operator, *, ti_key):  # noqa: ANN001, ANN201, ARG002 - Airflow's signature
        """The address of the run; empty for tasks that wrote none."""
        return XCom.get_value(ti_key=ti_key, key="mlflow_run_url") or ""


class MlflowLinkPlugin(AirflowPlugin):
    """Registers the link."""

    name = "mlflow_link"
    global_operator_extra_links = (MlflowRunLink(),)
