"""Where the databases and servers answer: those of the settings, else those of the stack."""

from dataclasses import dataclass

from pydantic import SecretStr

from mkt_pipeline.errors import StackError
from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.deployment import deployment


@dataclass(frozen=True)
class Addresses:
    """URLs, each looked up when it is asked for; those of databases carry user and password.

    An embedded database that does not run is refused with ``StackError``, unless the addresses are
    asked for what is only about to be started.
    """

    settings: Settings
    must_run: bool = True

    @property
    def crm(self) -> str:
        """The CRM's database."""
        return self._database("crm", self.settings.crm_url)

    @property
    def campaign(self) -> str:
        """The campaign database."""
        return self._database("campaign", self.settings.campaign_url)

    @property
    def mlflow(self) -> str:
        """The MLflow server."""
        configured = self.settings.mlflow_url
        if configured is not None:
            return configured.get_secret_value()
        return f"http://127.0.0.1:{self.settings.mlflow_port}"

    @property
    def airflow(self) -> str:
        """Airflow's UI and API."""
        return f"http://127.0.0.1:{self.settings.airflow_port}"

    def _database(self, name: str, configured: SecretStr | None) -> str:
        if configured is not None:
            return configured.get_secret_value()
        server = deployment(self.settings).postgres
        url = server.url(name)
        if self.must_run and not server.is_running():
            raise StackError(
                f"the embedded PostgreSQL, which holds the {name} database, is not running",
                remedy="start it with `mkt stack up`, or name other servers in MKT_CRM_URL and"
                " MKT_CAMPAIGN_URL",
            )
        return url


def addresses(settings: Settings) -> Addresses:
    """The configured addresses; where none is configured, the local stack's own."""
    return Addresses(settings)
