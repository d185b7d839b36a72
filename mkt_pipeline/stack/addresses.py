"""Where the databases and servers answer: those of the settings, else those of the stack."""

from dataclasses import dataclass, field

from pydantic import SecretStr

from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.deployment import deployment


@dataclass(frozen=True)
class Addresses:
    """URLs; those of the databases carry user and password and stay out of ``repr``."""

    crm: str = field(repr=False)
    campaign: str = field(repr=False)
    mlflow: str
    airflow: str


def addresses(settings: Settings) -> Addresses:
    """The configured addresses; where none is configured, the local stack's own.

    Refuses with ``StackError`` an embedded database that was never created.
    """
    return Addresses(
        crm=_database(settings, "crm", settings.crm_url),
        campaign=_database(settings, "campaign", settings.campaign_url),
        mlflow=settings.mlflow_url or f"http://127.0.0.1:{settings.mlflow_port}",
        airflow=f"http://127.0.0.1:{settings.airflow_port}",
    )


def _database(settings: Settings, name: str, configured: SecretStr | None) -> str:
    if configured is not None:
        return configured.get_secret_value()
    return deployment(settings).postgres.url(name)
