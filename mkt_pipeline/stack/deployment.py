"""Where one local stack lives: its folders, its ports, and what its processes are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.postgres import EmbeddedPostgres

DATABASES = ("crm", "campaign", "airflow", "mlflow")
"""The databases of the embedded PostgreSQL."""


@dataclass(frozen=True)
class Deployment:
    """One stack under ``settings.home``; every path here is absolute.

    ``dags`` and ``plugins`` are the folders that Airflow reads.
    """

    settings: Settings
    home: Path
    project: Path
    dags: Path
    plugins: Path

    @property
    def logs(self) -> Path:
        """One log file per process."""
        return self.home / "logs"

    @property
    def task_logs(self) -> Path:
        """What the tasks of the DAGs wrote."""
        return self.logs / "tasks"

    @property
    def processes(self) -> Path:
        """One pid file per process."""
        return self.home / "run"

    @property
    def secrets(self) -> Path:
        """Keys and passwords, made once, readable by the owner alone."""
        return self.home / "secrets"

    @property
    def airflow_home(self) -> Path:
        """Airflow's own folder, with the generated ``airflow.cfg``."""
        return self.home / "airflow"

    @property
    def artifacts(self) -> Path:
        """Models and figures behind the MLflow server."""
        return self.home / "mlflow" / "artifacts"

    @property
    def postgres(self) -> EmbeddedPostgres:
        """The embedded server."""
        return EmbeddedPostgres(self.home / "postgres", self.settings.postgres_port)

    def log(self, piece: str) -> Path:
        """The log file of one process."""
        return self.postgres.log if piece == "postgres" else self.logs / f"{piece}.log"

    def pid_file(self, piece: str) -> Path:
        """The pid file of one process."""
        return self.processes / f"{piece}.json"


def deployment(
    settings: Settings, *, dags: Path | None = None, plugins: Path | None = None
) -> Deployment:
    """The stack that these settings describe; ``dags`` and ``plugins`` default to the project's."""
    project = settings.project.resolve()
    return Deployment(
        settings=settings,
        home=settings.home.resolve(),
        project=project,
        dags=(dags or project / "dags").resolve(),
        plugins=(plugins or project / "plugins").resolve(),
    )


def variables(settings: Settings) -> Mapping[str, str]:
    """The settings as ``MKT_*`` variables for a process that is started from another folder."""
    values = {name: getattr(settings, name) for name in type(settings).model_fields}
    return {
        f"MKT_{name.upper()}": _text(value)
        for name, value in values.items()
        if value not in (None, ())
    }


def _text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value.resolve() if isinstance(value, Path) else value)
