"""A pipeline on a small sample CRM, with a real PostgreSQL and a real MLflow server."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from mkt_pipeline.samples.dealership import load_dealership
from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.addresses import addresses
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.stack.launch import up
from mkt_pipeline.stack.shutdown import down
from mkt_pipeline.wiring.pipeline import Pipeline, wire


@contextmanager
def wired(
    home: Path, free_port: Callable[[], int], *, today: date, **others: Any
) -> Iterator[Pipeline]:
    """3,000 customers of three years; the servers are stopped at the end.

    ``others`` are more settings.
    """
    settings = Settings(
        home=home,
        postgres_port=free_port(),
        mlflow_port=free_port(),
        today=today,
        _env_file=None,
        **others,
    )
    where = deployment(settings)
    up(where, only=("postgres", "mlflow"), tell=lambda *_: None)
    try:
        known = addresses(settings)
        load_dealership(url=known.crm, customers=3000, years=3, seed=7, until=today)
        yield wire(settings, crm=known.crm, campaign=known.campaign, mlflow=known.mlflow)
    finally:
        down(where, tell=lambda *_: None)
