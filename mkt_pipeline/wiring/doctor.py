"""The checks of the surroundings, bound to the edges of a pipeline."""

from collections.abc import Mapping

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.steps.doctor import (
    Check,
    check_campaign,
    check_crm,
    check_disk,
    check_lake,
    check_mlflow,
    check_versions,
)
from mkt_pipeline.wiring.edges import Edges


def checks(edges: Edges) -> Mapping[str, Check]:
    """By subject, in the order in which a night needs them; none changes anything."""
    return {
        "versions": check_versions,
        "disk": lambda: check_disk(edges.settings.home.resolve()),
        "crm": lambda: check_crm(Crm(edges.crm), edges.source),
        "lake": lambda: check_lake(edges.lake),
        "mlflow": lambda: check_mlflow(edges.tracking, edges.use_cases),
        # Not edges.campaign_database, which would apply the migrations that are asked about.
        "campaign": lambda: check_campaign(CampaignDatabase(edges.campaign)),
    }
