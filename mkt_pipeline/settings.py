"""Every setting of the project, read once at the entry point into one frozen object."""

import difflib
import os
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.source import Name
from mkt_pipeline.errors import SettingsError

PREFIX = "MKT_"
Port = Annotated[int, Field(ge=1024, le=65535)]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; write for example Europe/London") from None
    return name


class Settings(BaseSettings):
    """Read from ``MKT_*`` in the environment, else from ``.env`` in the working directory."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", frozen=True, extra="forbid", env_ignore_empty=True
    )

    project: Path = Field(
        default=Path(__file__).resolve().parents[1],
        description="Folder that holds `dags/`, `plugins/`, `sources/` and `use_cases/`.",
    )
    home: Path = Field(
        default=Path(".mkt"),
        description="Folder of everything that the project writes on this machine.",
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
    mlflow_url: str | None = Field(
        default=None, description="Address of the MLflow server; the local one by default."
    )
    lake_uri: str | None = Field(
        default=None, description="Where the lake lies; `<MKT_HOME>/lake` by default."
    )
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="UTC", description="Business time zone: an as-of day begins at its midnight."
    )
    today: date | None = Field(
        default=None, description="The day to take for today, for replays; the calendar's if unset."
    )
    postgres_port: Port = Field(default=15432, description="Port of the embedded PostgreSQL.")
    mlflow_port: Port = Field(default=15000, description="Port of the local MLflow server.")
    airflow_port: Port = Field(default=18080, description="Port of Airflow's UI and API.")
    memory_limit: Annotated[str, Field(pattern=r"^\d+(MB|GB)$")] = Field(
        default="600MB", description="Memory that DuckDB may use for one step, e.g. `2GB`."
    )
    threads: Annotated[int, Field(ge=1, le=256)] = Field(
        default=2, description="Threads that DuckDB, and scoring, may use for one step."
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

    @model_validator(mode="before")
    @classmethod
    def _without_others(cls, values: dict[str, Any]) -> dict[str, Any]:
        """A ``.env`` may serve other programs too; only misspelt names of ours are refused."""
        return {
            name: value
            for name, value in values.items()
            if name in cls.model_fields or name.startswith(PREFIX.lower())
        }

    @field_validator("use_cases", mode="before")
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
    try:
        return Settings(**overrides)
    except ValidationError as error:
        problems = "; ".join(
            f"{PREFIX}{_name(problem['loc'])}: {problem['msg']}" for problem in error.errors()
        )
        raise SettingsError(
            f"settings are wrong: {problems}", remedy="set them in the environment or in .env"
        ) from None


def _name(place: tuple[int | str, ...]) -> str:
    return str(place[0] if place else "").upper().removeprefix(PREFIX)
