"""Telling people, bound to the campaign database and to the channels of the settings.

Knows neither CRM nor MLflow nor models: it is wired in processes that have to be quick.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.incidents import Incidents
from mkt_pipeline.campaign.model_health import ModelHealth
from mkt_pipeline.contracts.incident import Standing
from mkt_pipeline.metrics.catalogue import INCIDENTS_OPEN, PUBLICATION_AGE, Sample
from mkt_pipeline.notices.channel import Channel
from mkt_pipeline.notices.email import Email
from mkt_pipeline.notices.smtp_address import smtp_address
from mkt_pipeline.notices.spool import Spool
from mkt_pipeline.notices.web import Slack, Webhook, web_address
from mkt_pipeline.settings import Settings
from mkt_pipeline.steps import settle as step
from mkt_pipeline.steps.notify import Notifier, Outcome
from mkt_pipeline.wiring.metrics import meter_of
from mkt_pipeline.wiring.use_cases import configured


@dataclass(frozen=True)
class Telling:
    """``campaign`` is the address of the campaign database; nothing is opened before its time."""

    settings: Settings
    campaign: str

    @property
    def notifier(self) -> Notifier:
        """The channels, the record, and what readers see."""
        return Notifier(
            record=lambda: self.incidents,
            standing=self.standing,
            spool=Spool(self.settings.home.resolve() / "notices"),
            channels=channels_of(self.settings),
        )

    @cached_property
    def incidents(self) -> Incidents:
        """The record of incidents, with its schema brought up to date."""
        self._database.migrate()
        return Incidents(self.campaign)

    @cached_property
    def use_cases(self) -> tuple[str, ...]:
        """The names of the configured use cases; a broken one keeps no message back."""
        return configured(self.settings).names

    def settle(self) -> tuple[Outcome, ...]:
        """Bring incidents in line with held nights and alarms, send what is due, and metrics."""
        self.incidents  # noqa: B018 - its schema is brought up to date
        told = step.settle(
            notifier=self.notifier,
            campaign=self._database,
            health=ModelHealth(self.campaign),
            use_cases=self.use_cases,
        )
        meter_of(self.settings).send(self._samples())
        return told

    def standing(self) -> tuple[Standing, ...]:
        """The day that readers see, of every use case."""
        found = []
        for name in self.use_cases:
            current = self._database.current(name)
            found.append(Standing(name, current.as_of if current else None))
        return tuple(found)

    def _samples(self) -> Iterator[Sample]:
        yield Sample(INCIDENTS_OPEN, (), len(self.incidents.known()))
        now = datetime.now(UTC)
        for name in self.use_cases:
            if current := self._database.current(name):
                hours = (now - current.published_at).total_seconds() / 3600
                yield Sample(PUBLICATION_AGE, (name,), hours)

    @property
    def _database(self) -> CampaignDatabase:
        return CampaignDatabase(self.campaign)


def channels_of(settings: Settings) -> tuple[Channel, ...]:
    """The channels that are configured; none of them is spoken to yet."""
    found: list[Channel] = []
    if settings.smtp_url and settings.notify_email_to:
        found.append(
            Email(
                smtp_address(settings.smtp_url.get_secret_value()),
                settings.notify_email_from or settings.notify_email_to[0],
                settings.notify_email_to,
            )
        )
    if url := settings.notify_slack_url:
        found.append(Slack(web_address(url.get_secret_value(), setting="MKT_NOTIFY_SLACK_URL")))
    if url := settings.notify_webhook_url:
        found.append(Webhook(web_address(url.get_secret_value(), setting="MKT_NOTIFY_WEBHOOK_URL")))
    return tuple(found)
