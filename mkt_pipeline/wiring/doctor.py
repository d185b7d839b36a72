"""The checks of the surroundings, bound to the edges of a pipeline."""

from collections.abc import Iterator, Mapping

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.contracts.finding import Finding
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.settings import Settings
from mkt_pipeline.steps.doctor import (
    Check,
    check_campaign,
    check_crm,
    check_disk,
    check_lake,
    check_mlflow,
    check_use_cases,
    check_versions,
)
from mkt_pipeline.wiring.edges import Edges
from mkt_pipeline.wiring.lake import whole_lake
from mkt_pipeline.wiring.use_cases import configured


def checks_without_databases(settings: Settings) -> Mapping[str, Check]:
    """Those that can be made whatever runs."""

    def use_cases() -> Iterator[Finding]:
        known = configured(settings)
        yield from check_use_cases(known.readable, known.broken.values())

    return {
        "versions": check_versions,
        "disk": lambda: check_disk(settings.home.resolve()),
        "use cases": use_cases,
        "lake": lambda: check_lake(whole_lake(settings)),
    }


def checks(edges: Edges) -> Mapping[str, Check]:
    """By subject, in the order in which a night needs them; none changes anything."""
    return {
        **checks_without_databases(edges.settings),
        "crm": lambda: check_crm(Crm(edges.crm), edges.source),
        "mlflow": lambda: check_mlflow(edges.tracking, edges.configured.readable),
        # Not edges.campaign_database, which would apply the migrations that are asked about.
        "campaign": lambda: check_campaign(CampaignDatabase(edges.campaign)),
    }
