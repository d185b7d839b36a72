"""Nights of the pipeline on a CRM of the bench, each in a process of its own."""

import json
import os
import shutil
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg2

from bench import crm as bench_crm
from bench.measured import Measured, measured
from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.addresses import addresses
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.stack.launch import up
from mkt_pipeline.stack.shutdown import down

USE_CASE = "vehicle_purchase"
DAY = date(2026, 6, 1)
TRAINED_ON = 25_000
PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Stage:
    """One step of a night, in seconds as the step itself reports them."""

    name: str
    seconds: float


@dataclass(frozen=True)
class Night:
    """One night: all of it from outside, its steps from inside."""

    seconds: float
    peak_mb: float
    stages: tuple[Stage, ...]


class Bench:
    """PostgreSQL and MLflow for the bench, and a champion trained on a small sample."""

    def __init__(self, home: Path, ports: tuple[int, int]) -> None:
        self.settings = Settings(
            home=home, postgres_port=ports[0], mlflow_port=ports[1], today=DAY, _env_file=None
        )
        self.where = deployment(self.settings)

    def start(self) -> None:
        """Start the servers and train the champion."""
        up(self.where, only=("postgres", "mlflow"), tell=lambda *_: None)
        bench_crm.build(self.crm("small"), customers=TRAINED_ON, until=DAY)
        self._mkt("small", DAY, "train", "--use-case", USE_CASE)

    def stop(self) -> None:
        """Stop what was started."""
        down(self.where, tell=lambda *_: None)

    def crm(self, name: str) -> str:
        """The address of one CRM, made where it is not there."""
        self.where.postgres.create_database(f"crm_{name}")
        return self.where.postgres.url(f"crm_{name}")

    def night(self, name: str, day: date) -> Night:
        """One night on the CRM ``name``."""
        done = self._mkt(name, day, "night", "--use-case", USE_CASE, "--json")
        told = json.loads(done.output[done.output.index("[") :])
        labels = ("extract", "features", "score", "publish")
        stages = tuple(
            Stage(label, one["seconds"]) for label, one in zip(labels, told, strict=True)
        )
        return Night(done.seconds, done.peak_mb, stages)

    def run(self, module: str, *arguments: str, memory_share: float | None = None) -> Measured:
        """One of the programs to compare with."""
        command = [sys.executable, "-W", "ignore", "-m", module, *arguments]
        environment = self._environment()
        return measured(command, environment=environment, memory_share=memory_share)

    def forget(self, name: str) -> None:
        """Remove one CRM and its lake."""
        shutil.rmtree(self.lake(name), ignore_errors=True)
        with closing(psycopg2.connect(self.where.postgres.url("postgres"))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "crm_{name}" WITH (FORCE)')

    def lake(self, name: str) -> Path:
        """The folder of the lake of one CRM."""
        return self.settings.home.resolve() / f"lake_{name}"

    def _mkt(self, name: str, day: date, *arguments: str) -> Measured:
        told = {
            "MKT_HOME": str(self.settings.home),
            "MKT_TODAY": str(day),
            "MKT_POSTGRES_PORT": str(self.settings.postgres_port),
            "MKT_MLFLOW_PORT": str(self.settings.mlflow_port),
            "MKT_LAKE_URI": str(self.lake(name)),
            "MKT_CRM_URL": self.crm(name),
        }
        command = [sys.executable, "-m", "mkt_pipeline.cli", *arguments]
        return measured(command, environment={**self._environment(), **told})

    def _environment(self) -> dict[str, str]:
        own = {
            k: v for k, v in os.environ.items() if not k.startswith(("MKT_", "PG", "PYTHONDONT"))
        }
        return {**own, "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"}

    @property
    def campaign(self) -> str:
        """The address of the campaign database."""
        return addresses(self.settings).campaign
