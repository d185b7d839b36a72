"""Every setting of the project, read once at the entry point into one frozen object."""

import difflib
import os
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.source import Name
from mkt_pipeline.errors import SettingsError
from mkt_pipeline.setting_paths import refuse_file, refuse_no_folder, refuse_unreadable
from mkt_pipeline.setting_values import Day, MailAddress, MemorySize, Port, TimeZone, explained

PREFIX = "MKT_"
ENV_FILE = ".env"


class Settings(BaseSettings):
    """Read from ``MKT_*`` in the environment, else from ``.env`` in the working directory."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, frozen=True, extra="forbid", env_ignore_empty=True
    )

    project: Path = Field(
        default=Path(__file__).resolve().parents[1],
        description="Folder that holds `dags/`, `plugins/`, `sources/` and `use_cases/`.",
    )
    home: Path = Field(
        default=Path(".mkt"),
        description="Folder of everything that the project writes on this machine.",
    )
    secrets_dir: Path | None = Field(
        default=None,
        description="Folder with a file for each secret setting, named like the variable in lower"
        " case (`mkt_crm_url`), as containers are given them; the environment goes before it.",
    )
    source: Name = Field(
        default="dealership", description="Name of the source: a folder under `sources/`."
    )
    use_cases: Annotated[tuple[Name, ...], NoDecode] = Field(
        default=(),
        description="Use cases to run, separated by commas; all that list the source by default.",
    )
    crm_url: SecretStr | None = Field(
        default=None,
        description="Address of the CRM database (read only); the embedded sample by default.",
    )
    campaign_url: SecretStr | None = Field(
        default=None, description="Address of the campaign database; embedded by default."
    )
    campaign_owner_url: SecretStr | None = Field(
        default=None,
        description="Address of the campaign database for its schema's owner, for migrations and"
        " backups, where nights run as another role; MKT_CAMPAIGN_URL by default.",
    )
    mlflow_url: SecretStr | None = Field(
        default=None,
        description="Address of the MLflow server, with user and password where it asks for them;"
        " the local one by default.",
    )
    mlflow_trainer_url: SecretStr | None = Field(
        default=None,
        description="The same address with the user that registers models; MKT_MLFLOW_URL's by"
        " default.",
    )
    mlflow_promoter_url: SecretStr | None = Field(
        default=None,
        description="The same address with the user that makes a model champion; MKT_MLFLOW_URL's"
        " by default.",
    )
    mlflow_pages_url: str | None = Field(
        default=None,
        description="Address of MLflow's pages as a browser reaches it, for links; the server's own"
        " by default.",
    )
    airflow_url: SecretStr | None = Field(
        default=None,
        description="Address of an Airflow that runs elsewhere, as http://user:password@host:port:"
        " `mkt run` starts nothing then, and runs its night there.",
    )
    airflow_database_url: SecretStr | None = Field(
        default=None,
        description="Address of Airflow's database, for backups; the embedded one by default.",
    )
    mlflow_database_url: SecretStr | None = Field(
        default=None,
        description="Address of MLflow's database, for backups; the embedded one by default.",
    )
    artifacts: Path | None = Field(
        default=None,
        description="Folder behind the MLflow server, for backups; the local server's by default.",
    )
    lake_uri: str | None = Field(
        default=None,
        description="Where the lake lies: a folder, or `s3://bucket/prefix`; `<MKT_HOME>/lake` by"
        " default.",
    )
    lake_endpoint: str | None = Field(
        default=None, description="Address of the S3-compatible store; Amazon's own by default."
    )
    lake_region: str = Field(default="us-east-1", description="Region of the lake's bucket.")
    lake_key: SecretStr | None = Field(
        default=None,
        description="Access key of the lake's bucket; by default the machine's own credentials.",
    )
    lake_secret: SecretStr | None = Field(
        default=None, description="Secret that belongs to `MKT_LAKE_KEY`."
    )
    lake_allow_http: bool = Field(
        default=False, description="Whether the store may be reached without TLS."
    )
    time_zone: TimeZone = Field(
        default="UTC", description="Business time zone: an as-of day begins at its midnight."
    )
    today: Day | None = Field(
        default=None, description="The day to take for today, for replays; the calendar's if unset."
    )
    postgres_port: Port = Field(default=15432, description="Port of the embedded PostgreSQL.")
    mlflow_port: Port = Field(default=15000, description="Port of the local MLflow server.")
    airflow_port: Port = Field(default=18080, description="Port of Airflow's UI and API.")
    memory_limit: MemorySize = Field(
        default="600MB", description="Memory that DuckDB may use for one step, e.g. `2GB`."
    )
    threads: Annotated[int, Field(ge=1, le=256)] = Field(
        default=2, description="Threads that DuckDB, and scoring, may use for one step."
    )

    score_parts: Annotated[int, Field(ge=1, le=100)] | None = Field(
        default=None,
        description="Parts in which the customers of a use case are scored, which workers share;"
        " one for every 500,000 customers by default.",
    )

    keep_features_days: Annotated[int, Field(ge=32)] = Field(
        default=90, description="Days that feature sets are kept; trainings recompute one of 31."
    )
    keep_scores_days: Annotated[int, Field(ge=7)] = Field(
        default=400,
        description="Days that scores are kept in the lake; at least until it is seen what came"
        " true.",
    )
    keep_quarantine_days: Annotated[int, Field(ge=7)] = Field(
        default=90, description="Days that rows which break the contract are kept in the lake."
    )
    keep_publications: Annotated[int, Field(ge=2)] = Field(
        default=90,
        description="Publications per use case whose rows are kept; older ones keep their record.",
    )
    keep_scoring_runs_days: Annotated[int, Field(ge=7)] = Field(
        default=400,
        description="Days that scoring runs are kept in MLflow, and drift in the campaign database;"
        " trainings stay.",
    )

    notify_email_to: Annotated[tuple[MailAddress, ...], NoDecode] = Field(
        default=(),
        description="Who gets notices by e-mail, separated by commas; needs `MKT_SMTP_URL`.",
    )
    notify_email_from: MailAddress | None = Field(
        default=None, description="Sender of the e-mails; their first recipient by default."
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="SMTP server: `starttls://user:password@host:port`, `smtps://` for TLS at"
        " once, or `smtp://` without.",
    )
    notify_slack_url: SecretStr | None = Field(
        default=None, description="Slack-compatible webhook that gets notices."
    )
    notify_webhook_url: SecretStr | None = Field(
        default=None, description="Webhook that gets notices as JSON; see docs/notices.md."
    )

    user: Annotated[str, Field(max_length=100)] | None = Field(
        default=None, description="Who runs a command, as recorded; the system's user by default."
    )

    log_format: Literal["text", "json"] = Field(
        default="text", description="`json`: logs of the command line as one JSON document a line."
    )
    statsd_host: str | None = Field(
        default=None, description="StatsD server that gets metrics; see docs/metrics.md."
    )
    statsd_port: Port = Field(default=8125, description="UDP port of the StatsD server.")

    @model_validator(mode="after")
    def _reachable_lake(self) -> Self:
        """What is said of the lake's store fits together."""
        uri, endpoint = self.lake_uri or "", self.lake_endpoint or ""
        if "://" in uri and not uri.startswith("s3://"):
            begin = uri.partition("://")[0]
            raise ValueError(
                f"MKT_LAKE_URI begins with {begin}://: give a folder, or s3://bucket/prefix"
            )
        if (self.lake_key is None) != (self.lake_secret is None):
            raise ValueError("MKT_LAKE_KEY and MKT_LAKE_SECRET belong together: set both or none")
        if endpoint and not endpoint.startswith(("https://", "http://")):
            raise ValueError("MKT_LAKE_ENDPOINT begins with https:// or http://")
        if endpoint.startswith("http://") and not self.lake_allow_http:
            raise ValueError("MKT_LAKE_ENDPOINT is without TLS: use https, or MKT_LAKE_ALLOW_HTTP")
        return self

    @model_validator(mode="before")
    @classmethod
    def _without_others(cls, values: dict[str, Any]) -> dict[str, Any]:
        """A ``.env`` may serve other programs too; only misspelt names of ours are refused."""
        return {
            name: value
            for name, value in values.items()
            if name in cls.model_fields or name.startswith(PREFIX.lower())
        }

    @field_validator("*", mode="before")
    @classmethod
    def _visible(cls, value: object) -> object:
        """A line break in an address or a name goes on as a second one elsewhere."""
        if isinstance(value, str) and not value.isprintable():
            raise ValueError("holds a line break or another sign that cannot be seen")
        return value

    @field_validator("use_cases", "notify_email_to", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @property
    def lake(self) -> str:
        """Where the lake lies."""
        return self.lake_uri or str(self.home.resolve() / "lake")

    @property
    def current_day(self) -> date:
        """Today in the business time zone, or the day set for replays."""
        return self.today or datetime.now(ZoneInfo(self.time_zone)).date()

    def as_of(self, text: str | None) -> AsOf:
        """The as-of of a run: the day written, else today; the future is refused."""
        day = text or self.current_day.isoformat()
        return AsOf.parse(day, zone=self.time_zone, today=self.current_day)


def load_settings(**overrides: Any) -> Settings:  # noqa: ANN401 - checked by the model
    """Read all settings; whatever is wrong is named together in one error."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    if misspelt := sorted(n for n in os.environ if n.startswith(PREFIX) and n not in known):
        close = difflib.get_close_matches(misspelt[0], known, n=1)
        hint = f"write {close[0]}" if close else "look into docs/SETTINGS.md"
        raise SettingsError(
            f"no setting is called {', '.join(misspelt)}", remedy=f"{hint}, or unset it"
        )
    refuse_unreadable(Path(ENV_FILE))
    try:
        found = Settings(**overrides)
        if found.secrets_dir is not None:
            refuse_no_folder("MKT_SECRETS_DIR", found.secrets_dir)
            found = Settings(_secrets_dir=found.secrets_dir, **overrides)
    except ValidationError as error:
        raise SettingsError(
            f"settings are wrong: {explained(error, Settings, prefix=PREFIX)}",
            remedy="set them in the environment or in .env",
        ) from None
    refuse_no_folder("MKT_PROJECT", found.project)
    refuse_file("MKT_HOME", found.home)
    if found.lake_uri and "://" not in found.lake_uri:
        refuse_file("MKT_LAKE_URI", Path(found.lake_uri))
    if found.notify_email_to and found.smtp_url is None:
        raise SettingsError(
            "MKT_NOTIFY_EMAIL_TO is set and MKT_SMTP_URL is not", remedy="set both, or neither"
        )
    return found
