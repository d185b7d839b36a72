"""Where the databases and servers answer: those of the settings, else those of the stack."""

from dataclasses import dataclass

from pydantic import SecretStr

from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.deployment import deployment


@dataclass(frozen=True)
class Addresses:
    """URLs, each looked up when it is asked for; those of databases carry user and password.

    An embedded database that was never created is refused with ``StackError``.
    """

    settings: Settings

    @property
    def crm(self) -> str:
        """The CRM's database."""
        return _database(self.settings, "crm", self.settings.crm_url)

    @property
    def campaign(self) -> str:
        """The campaign database."""
        return _database(self.settings, "campaign", self.settings.campaign_url)

    @property
    def mlflow(self) -> str:
        """The MLflow server."""
        return self.settings.mlflow_url or f"http://127.0.0.1:{self.settings.mlflow_port}"

    @property
    def airflow(self) -> str:
        """Airflow's UI and API."""
        return f"http://127.0.0.1:{self.settings.airflow_port}"


def addresses(settings: Settings) -> Addresses:
    """The configured addresses; where none is configured, the local stack's own."""
    return Addresses(settings)


def _database(settings: Settings, name: str, configured: SecretStr | None) -> str:
    if configured is not None:
        return configured.get_secret_value()
    return deployment(settings).postgres.url(name)
