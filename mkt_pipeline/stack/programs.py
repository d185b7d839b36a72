"""The programs of the stack besides PostgreSQL."""

import sys
from collections.abc import Mapping

from mkt_pipeline.stack.airflow_config import airflow_config
from mkt_pipeline.stack.deployment import Deployment
from mkt_pipeline.stack.environment import environment, told_to_airflow, told_to_mlflow
from mkt_pipeline.stack.program import Program

AIRFLOW_PIECES = ("api-server", "scheduler", "dag-processor", "triggerer")
"""In the order of their start: the API server needs longest."""

PIECES = ("postgres", "mlflow", *AIRFLOW_PIECES)
"""Every piece of the stack, in the order of their start."""

OPTIONS: Mapping[str, tuple[str, ...]] = {
    # Logs lie in files that the API server reads itself; the log servers would listen on ports of
    # their own, on every interface.
    "scheduler": ("--skip-serve-logs",),
    "triggerer": ("--skip-serve-logs",),
}


def port_settings(where: Deployment) -> Mapping[str, tuple[int, str]]:
    """The pieces, besides PostgreSQL, that listen: their ports and the settings of these."""
    return {
        "mlflow": (where.settings.mlflow_port, "MKT_MLFLOW_PORT"),
        "api-server": (where.settings.airflow_port, "MKT_AIRFLOW_PORT"),
    }


def mlflow_server(where: Deployment) -> Program:
    """The tracking server: database backend, artifacts proxied from a folder."""
    where.artifacts.mkdir(parents=True, exist_ok=True)
    told = told_to_mlflow(where)
    port, setting = port_settings(where)["mlflow"]
    return Program(
        "mlflow",
        (
            *(sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1"),
            *("--port", str(port), "--workers", "1"),
            *("--artifacts-destination", str(where.artifacts)),
        ),
        environment(told),
        told,
        port,
        setting,
    )


def airflow_program(where: Deployment, piece: str) -> Program:
    """One of Airflow's own processes."""
    told = told_to_airflow(where)
    port, setting = port_settings(where).get(piece, (None, None))
    return Program(
        piece,
        airflow_command(piece, *OPTIONS.get(piece, ())),
        environment(told),
        {**told, "airflow.cfg": airflow_config(where)},
        port,
        setting,
    )


def airflow_command(*arguments: str) -> tuple[str, ...]:
    """The command line of Airflow in this very Python."""
    return (sys.executable, "-m", "airflow", *arguments)
