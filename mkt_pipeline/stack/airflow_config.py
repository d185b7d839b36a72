"""Airflow's configuration for one machine, written as its own ``airflow.cfg``."""

import configparser
import io
import json
from collections.abc import Mapping
from pathlib import Path

from mkt_pipeline.stack.addresses import Addresses, addresses
from mkt_pipeline.stack.deployment import Deployment
from mkt_pipeline.stack.secret_file import (
    fernet_key,
    password,
    secret,
    signing_key,
    write_private,
)

ADMIN = "admin"
"""The only user of the local Airflow."""

PARALLELISM = 8
"""Tasks at once: four per core of a small machine, most of which wait for a database."""

PRELOADED = (
    # First, for it looks names up in every module that is there, and old ones of Airflow warn.
    "skops.io",
    *("airflow", "airflow.executors.local_executor"),
    *("pandas", "pyarrow.csv", "pyarrow.dataset", "scipy.sparse", "psycopg2", "pydantic_settings"),
    *("sklearn.ensemble", "sklearn.pipeline", "sklearn.compose", "sklearn.calibration"),
    *("ibis.backends.duckdb", "deltalake", "mlflow.sklearn", "matplotlib.figure"),
)
"""Imported once and inherited by every task, which saves each some 4 CPU seconds.

Packages of others only: an edit of the project's own code must reach the next task at once.
"""

LINEAGE: Mapping[str, str] = {
    "extractors": "mkt_lineage.MktLineage",
    "namespace": "mkt_pipeline",
    "emission_policy": json.dumps([{"scope": {}, "controls": {"include_source_code": False}}]),
    # A fork of the task would share its line to the supervisor.
    "execute_in_thread": "True",
}
"""Takes effect only where the caller's environment says where events go; see docs/lineage.md."""

TOKEN_SECONDS = 12 * 3600
"""A task that outlives its token cannot report its end; the default is ten minutes."""


def admin_password(where: Deployment) -> str:
    """The password of the user ``admin``; made once."""
    return secret(where.secrets / "airflow_password", password)


def write_airflow_config(where: Deployment) -> None:
    """Write ``airflow.cfg`` and the file of passwords; both readable by the owner alone."""
    where.airflow_home.mkdir(parents=True, exist_ok=True)
    write_private(where.airflow_home / "airflow.cfg", airflow_config(where))
    write_private(_passwords(where), json.dumps({ADMIN: admin_password(where)}))


def airflow_config(where: Deployment) -> str:
    """The content of ``airflow.cfg``."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_dict({name: _escaped(options) for name, options in _sections(where).items()})
    text = io.StringIO("# Written by `mkt stack up`; changes are lost.\n")
    text.seek(0, io.SEEK_END)
    parser.write(text)
    return text.getvalue()


def connections(where: Deployment) -> Mapping[str, str]:
    """The Airflow connections of the project, as Airflow reads them from the environment."""
    known = Addresses(where.settings, must_run=False)
    return {
        "AIRFLOW_CONN_CRM": known.crm,
        "AIRFLOW_CONN_CAMPAIGN": known.campaign,
        "AIRFLOW_CONN_MLFLOW": known.mlflow,
    }


def _sections(where: Deployment) -> dict[str, dict[str, str]]:
    address = addresses(where.settings).airflow
    return {
        "core": _core(where, address),
        "database": {"sql_alchemy_conn": with_driver(where.postgres.url("airflow"))},
        "api": {
            "base_url": address,
            "host": "127.0.0.1",
            "port": str(where.settings.airflow_port),
            "workers": "1",
            "instance_name": "mkt_pipeline",
            "secret_key": secret(where.secrets / "airflow_secret_key", signing_key),
        },
        "api_auth": {"jwt_secret": secret(where.secrets / "airflow_jwt_secret", signing_key)},
        "execution_api": {"jwt_expiration_time": str(TOKEN_SECONDS)},
        "scheduler": _scheduler(),
        "dag_processor": _dag_processor(),
        "logging": {
            "base_log_folder": str(where.task_logs),
            "dag_processor_child_process_log_directory": str(where.logs / "dag_files"),
            "json_logs": str(where.settings.log_format == "json"),
        },
        "openlineage": dict(LINEAGE),
        "usage_data_collection": {"enabled": "False"},
    }


def _core(where: Deployment, address: str) -> dict[str, str]:
    return {
        "dags_folder": str(where.dags),
        "plugins_folder": str(where.plugins),
        "load_examples": "False",
        "dags_are_paused_at_creation": "False",
        "executor": "LocalExecutor",
        "parallelism": str(PARALLELISM),
        "execution_api_server_url": f"{address}/execution/",
        "auth_manager": (
            "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager"
        ),
        "simple_auth_manager_users": f"{ADMIN}:admin",
        "simple_auth_manager_passwords_file": str(_passwords(where)),
        "fernet_key": secret(where.secrets / "airflow_fernet_key", fernet_key),
    }


def _scheduler() -> dict[str, str]:
    return {
        # Brings a hop between two tasks from 1.2 s to 0.4 s.
        "scheduler_idle_sleep_time": "0.3",
        "catchup_by_default": "False",
        "mp_start_method": "forkserver",
        "mp_forkserver_preload": ",".join(PRELOADED),
        # Nobody asks the health server, the API server knows the same; but as the first child of
        # the scheduler it makes the libraries load while the rest still starts, not at the first
        # task. Port 0 is any free one, so that two stacks do not meet on it.
        "enable_health_check": "True",
        "scheduler_health_check_server_host": "127.0.0.1",
        "scheduler_health_check_server_port": "0",
    }


def _dag_processor() -> dict[str, str]:
    return {
        "refresh_interval": "30",
        "min_file_process_interval": "30",
        "dag_version_inflation_check_level": "error",
    }


def _passwords(where: Deployment) -> Path:
    return where.secrets / "airflow_passwords.json"


def with_driver(url: str) -> str:
    """The address with its driver, because SQLAlchemy 2.1 takes another one for the bare scheme."""
    return url.replace("postgresql://", "postgresql+psycopg2://", 1)


def _escaped(options: dict[str, str]) -> dict[str, str]:
    """Airflow reads ``%`` as the start of a reference."""
    return {name: value.replace("%", "%%") for name, value in options.items()}
