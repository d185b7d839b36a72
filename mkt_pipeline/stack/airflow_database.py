"""Airflow's own tables: created and migrated by Airflow, once for each of its versions."""

import subprocess
from importlib.metadata import version
from pathlib import Path

from mkt_pipeline.errors import StackError
from mkt_pipeline.stack.deployment import Deployment
from mkt_pipeline.stack.environment import environment, told_to_airflow
from mkt_pipeline.stack.program import last_words
from mkt_pipeline.stack.programs import airflow_command
from mkt_pipeline.stack.secret_file import write_private


def needs_migration(where: Deployment) -> bool:
    """Whether the tables were last migrated by another version of Airflow, or never.

    Asking Airflow itself takes 6 s; the stamp lies in the folder that holds the database.
    """
    stamp = _stamp(where)
    return not stamp.is_file() or stamp.read_text(encoding="utf-8") != version("apache-airflow")


def migrate(where: Deployment) -> None:
    """Create or migrate the tables; refused with the last line that Airflow wrote."""
    log = where.log("airflow-migration")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        result = subprocess.run(
            airflow_command("db", "migrate"),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=where.project,
            env=environment(told_to_airflow(where)),
            check=False,
        )
    if result.returncode != 0:
        raise StackError(
            f"Airflow could not migrate its database: {last_words(log)}", remedy=f"read {log}"
        )
    write_private(_stamp(where), version("apache-airflow"))


def _stamp(where: Deployment) -> Path:
    return where.postgres.folder / "airflow_migrated_by"
