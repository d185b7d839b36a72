"""What must hold of the compose file, its secrets and its image, whoever edits them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())
SERVICES = COMPOSE["services"]
ONCE = {"databases", "mlflow-init", "airflow-init", "demo", "mkt"}
"""Services that end by themselves."""

MADE = ROOT / "deploy" / "compose" / "make_secrets.py"


def made_in(folder):
    """The secrets of a fresh checkout, by name."""
    script = folder / "deploy" / "compose" / MADE.name
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(MADE.read_text())
    told = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    return told.stdout, {file.name: file for file in (folder / "secrets").iterdir()}


@pytest.fixture(scope="module")
def secrets(tmp_path_factory):
    return made_in(tmp_path_factory.mktemp("checkout"))[1]


def test_every_secret_is_made_and_every_one_that_is_used_is_declared(secrets):
    declared = {name: Path(one["file"]).name for name, one in COMPOSE["secrets"].items()}
    assert all(name == file for name, file in declared.items())
    assert set(declared) <= set(secrets)
    used = {name for one in SERVICES.values() for name in one.get("secrets", ())}
    assert used == set(declared)


def test_secrets_are_long_for_their_owner_alone_and_readable_in_a_container(secrets):
    assert secrets["postgres_password"].parent.stat().st_mode & 0o777 == 0o700
    for file in secrets.values():
        assert file.stat().st_mode & 0o777 == 0o444
    for name in ("airflow_jwt_secret", "airflow_api_secret_key", "mlflow_secret_key"):
        assert len(secrets[name].read_bytes()) >= 64
    passwords = [file.read_text() for name, file in secrets.items() if name.endswith("_password")]
    assert min(map(len, passwords)) >= 32
    assert len(set(passwords)) == len(passwords)


def test_addresses_hold_the_passwords_that_the_servers_are_given(secrets):
    password = secrets["campaign_writer_password"].read_text()
    assert f"campaign_writer:{password}@postgres" in secrets["mkt_campaign_url"].read_text()


def test_making_secrets_again_keeps_what_is_there(tmp_path):
    first = {name: file.read_text() for name, file in made_in(tmp_path)[1].items()}
    own = tmp_path / "secrets" / "mkt_crm_url"
    own.chmod(0o600)
    own.write_text("postgresql://reader:x@crm/crm")
    told, again = made_in(tmp_path)
    assert "0 made" in told
    assert again["mkt_crm_url"].read_text() == "postgresql://reader:x@crm/crm"
    others = {name: text for name, text in first.items() if name != "mkt_crm_url"}
    assert {name: again[name].read_text() for name in others} == others


def test_no_password_stands_in_a_file_of_the_repository():
    text = "\n".join(
        path.read_text()
        for path in (ROOT / "docker-compose.yaml", ROOT / ".env.example", ROOT / "Dockerfile")
    )
    assert not re.search(r"://[^\s/${}]+:[^\s@${}]+@", text)
    assert not re.search(r"PASSWORD:\s*[^\s/]", text)
    assert "secrets/" in (ROOT / ".gitignore").read_text().splitlines()


def test_ports_are_published_on_the_loopback_alone():
    published = [port for one in SERVICES.values() for port in one.get("ports", ())]
    assert published
    assert all(str(port).startswith("127.0.0.1:") for port in published)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_is_bounded_and_looked_after(name):
    service = SERVICES[name]
    assert service["logging"]["options"].keys() >= {"max-size", "max-file"}
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["networks"] == ["inside"]
    if name in ONCE:
        assert service["restart"] == "no"
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"]
        assert service["mem_limit"]


def test_who_waits_waits_for_health_or_for_an_end():
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if other in ONCE else "service_healthy"
            assert how["condition"] == wanted, (name, other)


def test_postgres_is_asked_over_tcp_which_its_first_start_does_not_answer():
    assert SERVICES["postgres"]["healthcheck"]["test"][2:4] == ["-h", "127.0.0.1"]


def test_what_can_be_set_is_used_and_what_is_used_is_told():
    text = (ROOT / "docker-compose.yaml").read_text()
    used = set(re.findall(r"\$\{([A-Z_]+)", text)) - {"MKT_IMAGE_TAG", "MKT_TODAY", "USER"}
    memory = {name for name in used if name.endswith("_MEMORY") and name != "WORKER_MEMORY"}
    told = set(re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert told == used - memory


def test_the_image_needs_no_registry_beyond_its_base_and_runs_as_nobody_special():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert not any(line.startswith("# syntax") for line in lines)
    assert [line for line in lines if line.startswith("USER")][-1] == "USER airflow"
    assert "FROM ${BASE}" in lines
    assert "ARG BASE=apache/airflow:3.3.2-python3.12" in lines


def test_who_is_told_of_channels_is_given_their_addresses_too():
    for name, service in SERVICES.items():
        if "MKT_NOTIFY_EMAIL_TO" in (service.get("environment") or {}):
            wanted = {"mkt_smtp_url", "mkt_notify_slack_url", "mkt_notify_webhook_url"}
            assert wanted <= set(service["secrets"]), name
