"""The link from a task to the MLflow run that it wrote."""

from airflow.plugins_manager import AirflowPlugin
from airflow.sdk import BaseOperatorLink


class MlflowRunLink(BaseOperatorLink):
    """Shown on tasks that pushed ``mlflow_run_url``."""

    name = "MLflow run"

    def get_link(self, operator, *, ti_key):  # noqa: ANN001, ANN201 - Airflow's signature
        """The address of the run; empty for tasks that wrote none."""
        # Asked by the API server, which reads its database; the SDK's XCom works in tasks only.
        from airflow.serialization.definitions.operatorlink import XComOperatorLink

        link = XComOperatorLink(name=self.name, xcom_key="mlflow_run_url")
        return link.get_link(operator, ti_key=ti_key)


class MlflowLinkPlugin(AirflowPlugin):
    """Registers the link."""

    name = "mlflow_link"
    global_operator_extra_links = (MlflowRunLink(),)
