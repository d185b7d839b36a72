"""Where Airflow's API answers, and as whom to log in: the local stack's, or a configured one."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit, urlunsplit

from mkt_pipeline.errors import SettingsError
from mkt_pipeline.stack.addresses import Addresses
from mkt_pipeline.stack.airflow_config import ADMIN, admin_password
from mkt_pipeline.stack.deployment import Deployment


@dataclass(frozen=True)
class AirflowDoor:
    """``address`` is the API server's, without user and password."""

    address: str
    user: str
    password: str = field(repr=False)


def airflow_door(where: Deployment) -> AirflowDoor:
    """The door of ``MKT_AIRFLOW_URL`` where it is set, else that of the local stack."""
    configured = where.settings.airflow_url
    if configured is None:
        local = Addresses(where.settings, must_run=False).airflow
        return AirflowDoor(local, ADMIN, admin_password(where))
    parts = urlsplit(configured.get_secret_value().rstrip("/"))
    if parts.scheme not in ("http", "https") or not (parts.hostname and parts.username):
        raise SettingsError(
            "MKT_AIRFLOW_URL is not an address with a user",
            remedy="write it as https://user:password@host:port",
        )
    plain = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return AirflowDoor(plain, unquote(parts.username), unquote(parts.password or ""))
