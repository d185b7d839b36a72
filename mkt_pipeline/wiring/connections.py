"""The pipeline of a process of Airflow: its addresses are Airflow connections."""

from collections.abc import Callable
from typing import Protocol
from urllib.parse import quote

from mkt_pipeline.settings import load_settings
from mkt_pipeline.wiring.pipeline import Pipeline, wire


class Connection(Protocol):
    """What is asked of an Airflow connection."""

    conn_type: str
    host: str | None
    port: int | None
    login: str | None
    password: str | None

    def get_uri(self) -> str:
        """The address of a database, with user and password."""
        ...


def wire_connections(connection: Callable[[str], Connection]) -> Pipeline:
    """Settings of the process; the connections ``crm``, ``campaign`` and ``mlflow`` by name."""
    crm, campaign = (connection(name).get_uri() for name in ("crm", "campaign"))
    mlflow = mlflow_url(connection("mlflow"))
    return wire(load_settings(), crm=crm, campaign=campaign, mlflow=mlflow)


def mlflow_url(mlflow: Connection) -> str:
    """The address of the server, with user and password where the connection has them."""
    scheme = mlflow.conn_type if mlflow.conn_type in ("http", "https") else "http"
    port = f":{mlflow.port}" if mlflow.port else ""
    who = f"{quote(mlflow.login, '')}:{quote(mlflow.password or '', '')}@" if mlflow.login else ""
    return f"{scheme}://{who}{mlflow.host}{port}"
