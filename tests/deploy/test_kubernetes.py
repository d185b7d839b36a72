"""The manifests fit the schemas of Kubernetes; the values use keys that the chart knows."""

import re
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
MANIFESTS = [
    (file.name, document)
    for file in sorted((FOLDER / "manifests").glob("*.yaml"))
    for document in yaml.safe_load_all(file.read_text())
]
VALUES = yaml.safe_load((FOLDER / "values.yaml").read_text())
KUBERNETES = "1.31"

CHART_KEYS = {
    "airflowVersion",
    "apiSecretKeySecretName",
    "apiServer",
    "config",
    "createUserJob",
    "dagProcessor",
    "dags",
    "data",
    "env",
    "executor",
    "fernetKeySecretName",
    "images",
    "jwtSecretName",
    "logs",
    "migrateDatabaseJob",
    "postgresql",
    "redis",
    "scheduler",
    "statsd",
    "triggerer",
    "workers",
}
"""Of values.schema.json of the chart in apache/airflow, as far as we use it."""


@pytest.mark.parametrize(
    ("file", "document"), MANIFESTS, ids=[f"{name} {one['kind']}" for name, one in MANIFESTS]
)
def test_a_manifest_fits_the_schema(file, document):
    kubernetes_validate.validate(document, KUBERNETES, strict=True)


def test_a_misspelt_field_would_be_found():
    broken = yaml.safe_load(yaml.safe_dump(MANIFESTS[0][1]))
    broken["spec"]["acessModes"] = broken["spec"].pop("accessModes")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, KUBERNETES, strict=True)


def test_values_use_keys_of_the_chart():
    assert set(VALUES) <= CHART_KEYS
    for name in ("migrateDatabaseJob", "createUserJob", "postgresql", "redis"):
        assert VALUES[name] == {"enabled": False}


def test_secrets_and_claims_that_are_used_are_made():
    script = (FOLDER / "secrets.sh").read_text()
    made = set(re.findall(r"^make (\S+)", script, re.MULTILINE))
    named = {VALUES[name] for name in VALUES if name.endswith("SecretName")}
    named |= set(VALUES["data"].values()) | {"mkt-secrets"}
    assert named == made
    claims = {one["metadata"]["name"] for _, one in MANIFESTS if "Claim" in one["kind"]}
    text = (FOLDER / "values.yaml").read_text() + (FOLDER / "manifests" / "mlflow.yaml").read_text()
    assert set(re.findall(r"claimName: ([\w-]+)", text)) == claims


def test_settings_of_airflow_agree_with_those_of_compose():
    compose = (ROOT / "docker-compose.yaml").read_text()
    for section, options in VALUES["config"].items():
        for name, value in options.items():
            variable = f"AIRFLOW__{section}__{name}".upper()
            told = re.search(rf'{variable}: "?([^"\n]+)"?', compose)
            assert told, variable
            assert told[1] in (value, "${AIRFLOW_PARALLELISM:-32}"), variable


def test_every_container_runs_as_somebody_plain_and_the_same_image():
    for _, document in MANIFESTS:
        pod = document.get("spec", {}).get("template", {}).get("spec")
        if pod:
            assert pod["securityContext"]["runAsNonRoot"] is True
            images = {one["image"] for one in (*pod["containers"], *pod.get("initContainers", ()))}
            assert images == {"registry.example/mkt-pipeline:latest"}
