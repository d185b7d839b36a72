"""What the service `airflow-init` does before anything else of Airflow starts; safe to run again.

Users that somebody changed in Airflow stay as they are; connections follow the secrets.
"""

import logging
from contextlib import closing
from pathlib import Path

from airflow.configuration import conf
from airflow.models import Connection, Pool
from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
from airflow.utils.db import upgradedb
from airflow.utils.session import create_session
from airflow_roles import ROLES, make_roles

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.rights import grants_text
from mkt_pipeline.database_connection import connect
from mkt_pipeline.settings import Settings, load_settings
from mkt_pipeline.stack.addresses import Addresses
from mkt_pipeline.stack.airflow_pools import POOLS

SECRETS = Path("/run/secrets")
log = logging.getLogger("mkt_pipeline")


def main() -> None:
    """Migrate both databases, then make what Airflow needs to know."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    log.setLevel(logging.INFO)
    settings = load_settings()
    upgradedb()
    log.info("Airflow's database is up to date")
    make_users()
    make_connections(settings)
    make_pools()
    make_campaign_schema()


def make_users() -> None:
    """Bring FAB's own roles up to date and make the first administrator, where there is none."""
    with get_application_builder() as builder:
        manager = builder.sm
        make_roles(manager)
        # Last, for it gives the administrator whatever right there is by now.
        manager.sync_roles()
        log.info("roles: %s", ", ".join(ROLES))
        if manager.find_user("admin") is None:
            password = (SECRETS / "airflow_admin_password").read_text(encoding="utf-8")
            admin = manager.find_role(conf.get("fab", "auth_role_admin", fallback="Admin"))
            made = manager.add_user(
                "admin", "First", "Administrator", "admin@localhost", admin, password
            )
            if not made:
                raise SystemExit("the user admin could not be made -> read the lines above")
            log.info("user admin: made; the password is in secrets/airflow_admin_password")


def make_campaign_schema() -> None:
    """Migrate as the owner, and give the others what they need and no more."""
    owner = (SECRETS / "mkt_campaign_owner_url").read_text(encoding="utf-8").strip()
    applied = CampaignDatabase(owner).migrate()
    with closing(connect(owner)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(grants_text(writer="campaign_writer", reader="campaign_reader"))
    log.info("campaign schema: %s", f"applied {', '.join(applied)}" if applied else "up to date")


def make_connections(settings: Settings) -> None:
    """Write the connections that the DAGs ask for, from the settings."""
    known = Addresses(settings)
    wanted = {"crm": known.crm, "campaign": known.campaign, "mlflow": known.mlflow}
    with create_session() as session:
        for name, uri in wanted.items():
            session.query(Connection).filter(Connection.conn_id == name).delete()
            session.add(Connection(conn_id=name, uri=uri))
    log.info("connections: %s", ", ".join(wanted))


def make_pools() -> None:
    """Make the pools that are missing; slots that somebody changed stay."""
    for name, pool in POOLS.items():
        if Pool.get_pool(name) is None:
            Pool.create_or_update_pool(
                name, slots=pool.slots, description=pool.description, include_deferred=False
            )


if __name__ == "__main__":
    main()
