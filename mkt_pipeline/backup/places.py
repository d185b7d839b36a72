"""What is backed up, and where it lies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mkt_pipeline.lake.place import Place
from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.addresses import Addresses
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.wiring.lake import lake_of
from mkt_pipeline.wiring.unfinished_restore import notes_of


@dataclass(frozen=True)
class Places:
    """``databases`` are addresses, in the order in which they have to be copied; ``folders`` too.
    ``notes`` is the file in which a restore writes down what it has brought back.

    Whatever is copied earlier may name things that are copied later, never the other way round: a
    task of Airflow that has ended names a publication, a publication names scores in the lake, and
    these name a model of MLflow, which names files. So the copy is never ahead of itself, however
    long it takes and whatever runs beside it; at worst it is what a killed night leaves, which a
    plain rerun mends.
    """

    databases: Mapping[str, str] = field(repr=False)
    lake: Place
    folders: Mapping[str, Path]
    notes: Path


FIRST = ("airflow", "campaign")
"""Databases that are copied before the folders."""

MLFLOW = "mlflow"


def places(settings: Settings) -> Places:
    """The places of these settings; the local stack's own where nothing else is configured."""
    where, known = deployment(settings), Addresses(settings)
    airflow, mlflow = settings.airflow_database_url, settings.mlflow_database_url
    owner = settings.campaign_owner_url
    return Places(
        {
            "airflow": airflow.get_secret_value() if airflow else where.postgres.url("airflow"),
            "campaign": owner.get_secret_value() if owner else known.campaign,
            MLFLOW: mlflow.get_secret_value() if mlflow else where.postgres.url("mlflow"),
        },
        lake_of(settings).place,
        {"secrets": where.secrets, "artifacts": settings.artifacts or where.artifacts},
        notes=notes_of(settings.home),
    )
