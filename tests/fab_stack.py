"""The local stack with FAB in front of Airflow: the roles of `deploy/image`, a user for each."""

import dataclasses
import json
import subprocess
import sys
import time
from pathlib import Path

import patient_http

from mkt_pipeline.stack.airflow_api import AirflowApi
from mkt_pipeline.stack.airflow_config import ADMIN, admin_password, write_airflow_config
from mkt_pipeline.stack.airflow_database import migrate
from mkt_pipeline.stack.airflow_door import AirflowDoor
from mkt_pipeline.stack.airflow_pools import ensure_pools
from mkt_pipeline.stack.health import is_healthy
from mkt_pipeline.stack.program import start
from mkt_pipeline.stack.programs import AIRFLOW_PIECES, airflow_command, airflow_program

IMAGE = Path(__file__).resolve().parents[1] / "deploy" / "image"
FAB = {
    "AIRFLOW__CORE__AUTH_MANAGER": (
        "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"
    )
}
ROLES = {"analyst": "analyst", "operator": "operator", "approver": "approver", "reader": "Viewer"}
"""Users by name; the last has a role of FAB's own."""

USERS = """
import json, sys
sys.path.insert(0, sys.argv[1])
from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
from airflow_roles import make_roles
with get_application_builder() as builder:
    manager = builder.sm
    make_roles(manager)
    manager.sync_roles()
    for name, (role, password) in json.load(sys.stdin).items():
        mail = f"{name}@example.org"
        assert manager.add_user(name, name, role, mail, manager.find_role(role), password)
"""
WITHIN_SECONDS = 180


def begin_with_fab(where):
    """Start Airflow; its databases run already."""
    write_airflow_config(where)
    migrate(where)
    told = {**airflow_program(where, "scheduler").environment, **FAB}
    _run(airflow_command("db", "migrate"), told)
    users = {name: (role, password_of(name)) for name, role in ROLES.items()}
    users[ADMIN] = ("Admin", admin_password(where))
    _run((sys.executable, "-c", USERS, str(IMAGE)), told, given=json.dumps(users))
    for piece in AIRFLOW_PIECES:
        program = airflow_program(where, piece)
        start(dataclasses.replace(program, environment={**program.environment, **FAB}), where)
    limit = time.monotonic() + WITHIN_SECONDS
    while not all(is_healthy(where, piece) for piece in AIRFLOW_PIECES):
        assert time.monotonic() < limit, "Airflow did not start"
        time.sleep(0.5)
    ensure_pools(AirflowApi(where))


def password_of(name):
    """The password of a user of this stack."""
    return f"the password of {name}"


def api_of(where, name):
    """Airflow's API as somebody."""
    client = AirflowApi(where)
    client.door = AirflowDoor(client.door.address, name, password_of(name))
    return client


class Person:
    """Somebody who asks Airflow over HTTP."""

    def __init__(self, where, name):
        self.address = AirflowApi(where).door.address
        log_in = {"username": name, "password": password_of(name)}
        answer = patient_http.post(f"{self.address}/auth/token", json=log_in)
        self.token = answer.json()["access_token"]

    def status(self, path, *, method="GET", body=None):
        """The status with which Airflow's API answers."""
        answer = patient_http.request(
            method,
            f"{self.address}/api/v2{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
        )
        return answer.status_code

    def page(self, path):
        """A page of the operator's page."""
        return patient_http.get(f"{self.address}/mkt{path}", cookies={"_token": self.token})

    def posted(self, path, token, **fields):
        """The answer to a form of the operator's page."""
        return patient_http.post(
            f"{self.address}/mkt{path}",
            data={"token": token, **fields},
            cookies={"_token": self.token},
            headers={"Origin": self.address, "Sec-Fetch-Site": "same-origin"},
        )


def _run(command, told, *, given=None):
    done = subprocess.run(
        command, env=dict(told), input=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
