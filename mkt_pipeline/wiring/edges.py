"""What a pipeline works on: the CRM's mapping, the lake, MLflow, the campaign database."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.model_decisions import ModelDecisions
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.source import Source
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.crm.source_folder import load_source
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.settings import Settings
from mkt_pipeline.tracking.server import Tracking
from mkt_pipeline.wiring.lake import whole_lake
from mkt_pipeline.wiring.use_cases import ConfiguredUseCases, configured


@dataclass(frozen=True)
class Edges:
    """``crm``, ``campaign`` and ``mlflow`` are addresses; nothing is opened before it is needed."""

    settings: Settings
    crm: str
    campaign: str
    mlflow: str

    @cached_property
    def source(self) -> Source:
        """The mapping of the configured CRM."""
        return load_source(self.settings.project / "sources" / self.settings.source)

    @cached_property
    def configured(self) -> ConfiguredUseCases:
        """The configured use cases, also where one of them cannot be read."""
        return configured(self.settings)

    @property
    def use_cases(self) -> Mapping[str, UseCase]:
        """The configured use cases by name; BadInputError where one of them is broken."""
        return self.configured.every

    @cached_property
    def lake(self) -> Lake:
        """The lake."""
        return whole_lake(self.settings)

    @cached_property
    def tracking(self) -> Tracking:
        """MLflow; registering and promoting may be done by users of their own."""
        told = self.settings
        trainer, promoter = told.mlflow_trainer_url, told.mlflow_promoter_url
        return Tracking(
            self.mlflow,
            pages=told.mlflow_pages_url,
            trainer=trainer.get_secret_value() if trainer else None,
            promoter=promoter.get_secret_value() if promoter else None,
        )

    @cached_property
    def campaign_database(self) -> CampaignDatabase:
        """The campaign database, with its schema brought up to date."""
        database = CampaignDatabase(self.campaign)
        database.migrate()
        return database

    @cached_property
    def model_decisions(self) -> ModelDecisions:
        """The record of which model was to score, with its schema brought up to date."""
        self.campaign_database  # noqa: B018 - its schema is brought up to date
        return ModelDecisions(self.campaign)

    def use_case(self, name: str) -> UseCase:
        """One configured use case, whatever is wrong with others."""
        if name in self.configured.broken:
            raise self.configured.broken[name]
        if name not in self.configured.readable:
            raise BadInputError(
                f"use case {name[:40]!r} is not configured for the source {self.settings.source}",
                remedy=f"choose one of {', '.join(self.configured.names)}",
            )
        return self.configured.readable[name]

    def as_of(self, day: str | None) -> AsOf:
        """The day of a run; the future is refused."""
        return self.settings.as_of(day)
