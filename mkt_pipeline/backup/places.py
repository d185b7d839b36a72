"""What is backed up, and where it lies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mkt_pipeline.errors import BadInputError
from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.addresses import Addresses
from mkt_pipeline.stack.deployment import deployment


@dataclass(frozen=True)
class Places:
    """``databases`` are addresses, in the order in which they have to be copied; ``folders`` too.

    Whatever is copied earlier may name things that are copied later, never the other way round: a
    task of Airflow that has ended names a publication, a publication names scores in the lake, and
    these name a model of MLflow, which names files. So the copy is never ahead of itself, however
    long it takes and whatever runs beside it; at worst it is what a killed night leaves, which a
    plain rerun mends.
    """

    databases: Mapping[str, str] = field(repr=False)
    folders: Mapping[str, Path]


FIRST = ("airflow", "campaign")
"""Databases that are copied before the folders."""

MLFLOW = "mlflow"


def places(settings: Settings) -> Places:
    """The places of these settings; the local stack's own where nothing else is configured."""
    where, known = deployment(settings), Addresses(settings)
    if "://" in settings.lake:
        raise BadInputError(
            f"the lake lies in an object store ({settings.lake}), which is not copied from here",
            remedy="switch versioning on in the store, and let it keep versions for as long as your"
            " backups",
        )
    airflow, mlflow = settings.airflow_database_url, settings.mlflow_database_url
    owner = settings.campaign_owner_url
    return Places(
        {
            "airflow": airflow.get_secret_value() if airflow else where.postgres.url("airflow"),
            "campaign": owner.get_secret_value() if owner else known.campaign,
            MLFLOW: mlflow.get_secret_value() if mlflow else where.postgres.url("mlflow"),
        },
        {
            "lake": Path(settings.lake),
            "secrets": where.secrets,
            "artifacts": settings.artifacts or where.artifacts,
        },
    )
