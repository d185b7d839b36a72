"""What the processes of the stack find in their environment."""

import os
from collections.abc import Mapping

from mkt_pipeline.stack.airflow_config import connections, with_driver
from mkt_pipeline.stack.deployment import Deployment, variables

SILENCE: Mapping[str, str] = {
    "DO_NOT_TRACK": "true",
    "SCARF_NO_ANALYTICS": "true",
    "SCARF_ANALYTICS": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
}
"""Nothing phones home."""

FOREIGN = ("AIRFLOW_", "MLFLOW_", "MKT_", "PG", "_MLFLOW_")
"""What is left over in the caller's shell for another Airflow or MLflow must not steer ours."""


def told_to_mlflow(where: Deployment) -> dict[str, str]:
    """The MLflow server; the job runner and the gateway would take three quarters of its memory."""
    port = where.settings.mlflow_port
    hosts = ",".join(f"{host}:{port}" for host in ("127.0.0.1", "localhost", "[::1]"))
    return {
        **SILENCE,
        # Not on the command line, where every user of the machine could read the password.
        "MLFLOW_BACKEND_STORE_URI": with_driver(where.postgres.url("mlflow")),
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_ENABLE_AI_GATEWAY": "false",
        "MLFLOW_SERVER_ALLOWED_HOSTS": hosts,
        "GIT_PYTHON_REFRESH": "quiet",
    }


def told_to_airflow(where: Deployment) -> dict[str, str]:
    """Airflow and the tasks: settings as variables, the three addresses as connections."""
    return {
        **SILENCE,
        **variables(where.settings),
        **connections(where),
        "AIRFLOW_HOME": str(where.airflow_home),
        "GIT_PYTHON_REFRESH": "quiet",
    }


def environment(told: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without what is foreign, and with what we tell."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
    loopback = "127.0.0.1,localhost"
    direct = {k: _with(inherited.get(k), loopback) for k in ("NO_PROXY", "no_proxy")}
    return {**inherited, **direct, "PYTHONUNBUFFERED": "1", **told}


def _with(hosts: str | None, more: str) -> str:
    return f"{hosts},{more}" if hosts else more
