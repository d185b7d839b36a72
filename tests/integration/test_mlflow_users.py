"""One user of MLflow per service: the trainer registers, the promoter alone moves the champion."""

import base64
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import date

import pytest
from quick_training import trained_quickly
from wired import wired

from mkt_pipeline.errors import AccessRefusedError
from mkt_pipeline.tracking.champion_guard import may_move
from mkt_pipeline.tracking.connection import Connection
from mkt_pipeline.tracking.names import (
    CHALLENGER,
    CHAMPION,
    registered_model,
    registered_recommender,
)
from mkt_pipeline.tracking.registry import Registry
from mkt_pipeline.wiring.monitoring import monitor

ADMIN = "an-administrator-s-password"
SERVICES = ("scorer", "trainer", "promoter")
CASE = "shoes"
NIGHTS, TODAY = "service_visit", date(2026, 6, 1)
RIGHTS = (
    ("trainer", "registered_model", "EDIT"),
    ("trainer", "experiment", "EDIT"),
    ("promoter", "registered_model", "MANAGE"),
)
WITHIN_SECONDS = 120


def asked(server, path, body, *, user="admin", password=ADMIN, method="POST", api="2.0"):
    who = base64.b64encode(f"{user}:{password}".encode()).decode()
    request = urllib.request.Request(
        f"{server}/api/{api}/mlflow/{path}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Basic {who}"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"{}")


@pytest.fixture(scope="module")
def guarded(free_port, tmp_path_factory):
    """A server with users, as the image starts it; its address."""
    folder, port = tmp_path_factory.mktemp("mlflow_users"), free_port()
    users = folder / "users.ini"
    users.write_text(
        "[mlflow]\ndefault_permission = READ\nadmin_username = admin\n"
        f"database_uri = sqlite:///{folder}/mlflow.db\n"
        "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
    )
    told = {
        "MLFLOW_AUTH_CONFIG_PATH": str(users),
        "MLFLOW_AUTH_ADMIN_PASSWORD": ADMIN,
        "MLFLOW_FLASK_SERVER_SECRET_KEY": "x" * 64,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MKT_MLFLOW_PROMOTERS": "promoter",
    }
    command = [sys.executable, "-m", "mlflow", "server", "--host=127.0.0.1", f"--port={port}"]
    command += [f"--backend-store-uri=sqlite:///{folder}/mlflow.db", "--workers=1"]
    command += [f"--artifacts-destination={folder}/artifacts", "--app-name=mkt-users"]
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **told}
        )
    server = f"http://127.0.0.1:{port}"
    try:
        wait_for(server, process, log)
        for name in SERVICES:
            asked(server, "users/create", {"username": name, "password": f"{name}-s-password"})
        for name, kind, right in RIGHTS:
            given = {"username": name, "resource_type": kind, "resource_id": "*"}
            given["permission"] = right
            asked(server, "users/permissions/grant", given, api="3.0")
        # Made by the administrator, so that nobody of these may delete it.
        asked(server, "registered-models/create", {"name": registered_model(CASE)})
        yield server
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(server, process, log):
    deadline = time.monotonic() + WITHIN_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(f"{server}/health", timeout=5).close()
        except OSError:
            time.sleep(0.3)
        else:
            return
    pytest.fail(log.read_text())


@pytest.fixture
def connection(guarded):
    """The pipeline's view of it: three users at one address."""
    address = {name: guarded.replace("//", f"//{name}:{name}-s-password@") for name in SERVICES}
    return Connection(address["scorer"], trainer=address["trainer"], promoter=address["promoter"])


@pytest.fixture
def version(connection):
    """A version that the trainer has registered."""
    name = registered_model(CASE)
    with connection.asking("trainer"):
        run = connection.client.create_run(_experiment(connection.client))
        source = f"{run.info.artifact_uri}/model"
        made = connection.client.create_model_version(name, source, run_id=run.info.run_id)
        connection.client.set_registered_model_alias(name, CHALLENGER, made.version)
    return int(made.version)


def _experiment(client):
    known = client.get_experiment_by_name("training/shoes")
    return known.experiment_id if known else client.create_experiment("training/shoes")


def test_the_trainer_registers_and_does_not_promote(connection, version):
    registry = Registry(connection.client)
    with pytest.raises(AccessRefusedError), connection.asking("trainer"):
        registry.promote(CASE, version)
    with connection.asking():
        assert registry.resolve(CASE, CHAMPION) != version
        assert registry.resolve(CASE, CHALLENGER) == version


def test_the_promoter_promotes(connection, version):
    registry = Registry(connection.client)
    with connection.asking("promoter"):
        registry.promote(CASE, version)
    with connection.asking():
        assert registry.resolve(CASE, CHAMPION) == version
        assert registry.resolve(CASE, CHALLENGER) is None


def test_the_trainer_does_not_take_the_champion_away(connection, version):
    registry = Registry(connection.client)
    with connection.asking("promoter"):
        registry.promote(CASE, version)
    name = registered_model(CASE)
    with pytest.raises(AccessRefusedError), connection.asking("trainer"):
        connection.client.delete_registered_model_alias(name, CHAMPION)
    with pytest.raises(AccessRefusedError), connection.asking("trainer"):
        connection.client.delete_model_version(name, str(version))
    with pytest.raises(AccessRefusedError), connection.asking("trainer"):
        connection.client.delete_registered_model(name)
    with connection.asking():
        assert registry.resolve(CASE, CHAMPION) == version


def test_the_scorer_reads_and_registers_nothing(connection, version):
    name = registered_model(CASE)
    with connection.asking():
        assert connection.client.get_model_version(name, str(version)).version == str(version)
    with pytest.raises(AccessRefusedError), connection.asking():
        connection.client.create_model_version(name, "mlflow-artifacts:/x")
    with pytest.raises(AccessRefusedError), connection.asking():
        connection.client.set_registered_model_alias(name, CHALLENGER, str(version))


def test_whoever_gives_no_password_is_refused(guarded):
    with pytest.raises(urllib.error.HTTPError) as refused:
        asked(guarded, "registered-models/get", {}, user="promoter", password="guessed")
    assert refused.value.code == 401
    refused.value.close()


@pytest.mark.parametrize("alias", ["champion", "previous", "Champion", " champion "])
def test_names_that_read_like_the_champion_are_guarded_too(alias):
    assert may_move(alias, "promoter", "promoter, other")
    assert not may_move(alias, "trainer", "promoter, other")
    assert not may_move(alias, "", "")


def test_other_aliases_are_left_to_mlflow():
    assert may_move("challenger", "trainer", "promoter")


def test_a_training_and_a_night_need_no_more_than_the_three_users_may(guarded, free_port, tmp_path):
    address = {name: guarded.replace("//", f"//{name}:{name}-s-password@") for name in SERVICES}
    told = {
        "mlflow_url": address["scorer"],
        "mlflow_trainer_url": address["trainer"],
        "mlflow_promoter_url": address["promoter"],
    }
    asked(guarded, "registered-models/create", {"name": registered_model(NIGHTS)})
    asked(guarded, "registered-models/create", {"name": registered_recommender(NIGHTS)})
    with wired(tmp_path / "state", free_port, today=TODAY, **told) as pipeline:
        day = TODAY.isoformat()
        pipeline.extract(as_of=day)
        trained_quickly(pipeline, NIGHTS).train(NIGHTS, as_of=day)
        pipeline.recommender(NIGHTS, as_of=day)
        pipeline.features(NIGHTS, as_of=day)
        pipeline.score(NIGHTS, as_of=day)
        published = pipeline.publish(NIGHTS, as_of=day)
        monitor(pipeline, NIGHTS, as_of=day)
        pipeline.housekeeping()
        assert published.rows > 0
        assert pipeline.tracking.champion_version(NIGHTS) == 1
