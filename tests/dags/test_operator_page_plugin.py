"""What a role of Airflow may do on the operator's page, asked of Airflow's own auth manager."""

import json
import os
import subprocess
import sys
from pathlib import Path

import own_airflow
import pytest

PROJECT = Path(__file__).resolve().parents[2]

ASK = """
import json, sys
from airflow.api_fastapi.app import create_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from fastapi import HTTPException
sys.path.insert(0, sys.argv[1])
import operator_page as page
create_auth_manager()
def may(role):
    try:
        asked = page.visitor_of(SimpleAuthManagerUser(username="approver", role=role))
    except HTTPException as refused:
        return refused.status_code
    return [asked.name, *sorted(asked.may)]
views = [(one["destination"], one["href"]) for one in page.OperatorPagePlugin.external_views]
light = "mkt_pipeline.operator_page.app" not in sys.modules
told = {role: may(role) for role in (None, "viewer", "user", "op", "admin")}
print("FACTS " + json.dumps({"may": told, "views": views, "light": light}, default=str))
"""


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    home = tmp_path_factory.mktemp("airflow")
    own = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW_", "MKT_"))}
    told = {"AIRFLOW_HOME": str(home), "AIRFLOW__API__BASE_URL": "https://night.example/airflow"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK, str(PROJECT / "plugins")],
        capture_output=True,
        text=True,
        check=False,
        env={**own, **told},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.split("FACTS ")[1])


def test_only_who_may_act_on_the_dags_may_act_on_the_page(facts):
    everything = ["approver", "decide", "look_up", "roll_back"]
    assert facts["may"] == {
        "null": 403,
        "viewer": ["approver"],
        "user": everything,
        "op": everything,
        "admin": everything,
    }


def test_the_page_is_in_the_navigation_and_on_runs_below_airflows_own_path(facts):
    assert facts["views"] == [
        ["nav", "/airflow/mkt/"],
        ["dag_run", "/airflow/mkt/run?dag_id={DAG_ID}&run_id={RUN_ID}"],
    ]


def test_the_application_is_made_only_when_it_is_asked_for(facts):
    assert facts["light"]


FAB = """
import sys, json
sys.path.insert(0, sys.argv[1])
sys.path.insert(0, sys.argv[2])
import operator_page as page
from airflow.api_fastapi.app import create_auth_manager
from airflow.providers.fab.auth_manager.fab_auth_manager import FabAuthManager
from airflow_roles import ROLES
manager = create_auth_manager()
assert isinstance(manager, FabAuthManager)
class User:
    def __init__(self, role):
        self.perms = set(ROLES[role])
    def get_name(self):
        return "approver"
    def get_id(self):
        return "1"
FabAuthManager._get_user_permissions = staticmethod(lambda user: user.perms)
told = {role: sorted(page.visitor_of(User(role)).may) for role in ROLES}
print("FACTS " + json.dumps(told))
"""


def test_the_roles_of_the_image_come_apart_on_the_page(tmp_path):
    manager = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"
    folders = [str(PROJECT / "plugins"), str(PROJECT / "deploy" / "image")]
    told = own_airflow.facts(FAB, tmp_path, *folders, AIRFLOW__CORE__AUTH_MANAGER=manager)
    assert told == {
        "analyst": ["look_up"],
        "operator": ["look_up", "roll_back"],
        "approver": ["decide", "look_up"],
    }
