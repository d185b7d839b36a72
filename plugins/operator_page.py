"""The operator's page in Airflow: in its navigation, and as a tab on runs.

Airflow gives a plugin's application no log-in: who asks is taken from Airflow's own session, and
what they may do from what they may do to the DAGs. The rights, and why these, are in
docs/operator-page.md. Every process of Airflow runs this file, so whatever is heavy is imported
when the API server asks for the application.
"""

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from airflow.api_fastapi.auth.managers.base_auth_manager import ResourceMethod
    from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
    from airflow.models.dagrun import DagRun
    from fastapi import FastAPI

    from mkt_pipeline.operator_page.seams import DagRunFacts, Right, Visitor

PREFIX = "/mkt"
NIGHT = ("crm_extract", "customer_features", "nightly_scoring")
RIGHTS: "dict[Right, tuple[ResourceMethod, str]]" = {
    "decide": ("PUT", "Held publications"),
    "roll_back": ("PUT", "Publications"),
    "look_up": ("GET", "Customer look-up"),
}
"""Right on the page, by method and resource of Airflow's auth manager."""

ROOT = urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")
"""Airflow's own path, where it shares a host."""


def visitor_of(user: "BaseUser") -> "Visitor":
    """Who asks, with what they may do; 403 for whoever may not even see runs of the night."""
    from fastapi import HTTPException

    from mkt_pipeline.operator_page.seams import Visitor

    if not _may_on_runs(user, "GET"):
        raise HTTPException(403, "you do not have the right to see runs of nightly_scoring")
    may = frozenset(right for right, asked in RIGHTS.items() if _may(user, *asked))
    return Visitor(user.get_name(), may)


def _may(user: "BaseUser", method: "ResourceMethod", resource: str) -> bool:
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

    manager = get_auth_manager()
    if isinstance(manager, SimpleAuthManager):
        # It knows no resource of ours, and would let every viewer do everything.
        return _may_on_runs(user, "PUT")
    return manager.is_authorized_custom_view(method=method, resource_name=resource, user=user)


def _may_on_runs(user: "BaseUser", method: "ResourceMethod") -> bool:
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import (
        DagAccessEntity,
        DagDetails,
    )
    from airflow.models.dag import DagModel

    teams = conf.getboolean("core", "multi_team", fallback=False)
    team = DagModel.get_team_name("nightly_scoring") if teams else None
    return get_auth_manager().is_authorized_dag(
        method=method,
        access_entity=DagAccessEntity.RUN,
        details=DagDetails(id="nightly_scoring", team_name=team),
        user=user,
    )


def runs_of_day(day: date) -> "list[DagRunFacts]":
    """The latest run of each DAG of the night, in their order."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    asked = select(DagRun).where(DagRun.dag_id.in_(NIGHT), DagRun.partition_key == day.isoformat())
    with create_session() as session:
        latest = {run.dag_id: _facts(run) for run in session.scalars(asked.order_by(DagRun.id))}
    return [latest[dag_id] for dag_id in NIGHT if dag_id in latest]


def one_run(dag_id: str, run_id: str) -> "DagRunFacts | None":
    """One run; None where there is none."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    asked = select(DagRun).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
    with create_session() as session:
        run = session.scalar(asked)
        return _facts(run) if run else None


def _facts(run: "DagRun") -> "DagRunFacts":
    from mkt_pipeline.operator_page.seams import DagRunFacts

    return DagRunFacts(
        dag_id=run.dag_id,
        run_id=run.run_id,
        state=str(run.state.value if hasattr(run.state, "value") else run.state),
        day=_day((run.conf or {}).get("as_of") or run.partition_key),
        started=run.start_date,
        ended=run.end_date,
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None  # the partition key of another DAG


@cache
def application() -> "FastAPI":
    """The page of the package, between this Airflow's log-in and this Airflow's connections."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.core_api.security import get_user
    from airflow.sdk import BaseHook
    from fastapi import Depends

    from mkt_pipeline.operator_page.app import operator_page
    from mkt_pipeline.operator_page.seams import Airflow, Seams
    from mkt_pipeline.wiring.connections import wire_connections

    # Without a type, for FastAPI would have to know it; the value is what get_user gives.
    def visitor(user=Depends(get_user)):  # noqa: ANN001, ANN202, B008 - how FastAPI is asked
        return visitor_of(user)

    return operator_page(
        Seams(
            pipeline=lambda: wire_connections(BaseHook.get_connection),
            visitor=visitor,
            secret=conf.get("api", "secret_key"),
            airflow=Airflow(
                root=ROOT,
                of_day=runs_of_day,
                one=one_run,
                login=lambda here: get_auth_manager().get_url_login(next_url=here),
            ),
        )
    )


class OperatorPagePlugin(AirflowPlugin):
    """Registers the page."""

    name = "operator_page"
    external_views: ClassVar = [
        {
            "name": "Segments",
            "href": f"{ROOT}{PREFIX}/",
            "destination": "nav",
            "url_route": "nightly-segments",
            "icon": f"{ROOT}{PREFIX}/assets/icon.svg",
            "nav_top_level": True,
        },
        {
            "name": "Segments of this night",
            "href": f"{ROOT}{PREFIX}/run?dag_id={{DAG_ID}}&run_id={{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "segments-of-this-night",
            "icon": f"{ROOT}{PREFIX}/assets/icon.svg",
        },
    ]

    @property
    def fastapi_apps(self) -> list[dict[str, Any]]:
        """Asked for by the API server only."""
        return [{"app": application(), "url_prefix": PREFIX, "name": "operator_page"}]
