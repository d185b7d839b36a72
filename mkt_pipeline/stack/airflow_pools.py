"""Airflow's pools of the project: how many tasks may work on one database at a time."""

from collections.abc import Mapping
from dataclasses import dataclass

from mkt_pipeline.stack.airflow_api import AirflowApi


@dataclass(frozen=True)
class Pool:
    """``slots`` tasks at a time; the description stands in Airflow's UI."""

    slots: int
    description: str


POOLS: Mapping[str, Pool] = {
    "crm": Pool(1, "Reads of the CRM: one at a time, so that its own users do not notice"),
    "campaign": Pool(1, "Publications: one at a time, for each copies many rows"),
}
"""A task that asks for a pool which does not exist would wait for ever."""


def ensure_pools(api: AirflowApi) -> None:
    """Create what is missing; slots that somebody has changed in the UI stay as they are."""
    for name, pool in POOLS.items():
        api.create_pool(name, slots=pool.slots, description=pool.description)
