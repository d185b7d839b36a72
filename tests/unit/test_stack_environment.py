"""What the processes are told, and what of the caller's shell does not reach them."""

from pathlib import Path

import pytest

from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.deployment import variables
from mkt_pipeline.stack.environment import environment


@pytest.fixture
def shell(monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://elsewhere")
    monkeypatch.setenv("MKT_SOURCE", "other")
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("NO_PROXY", "intranet")


@pytest.mark.usefixtures("shell")
def test_settings_of_another_airflow_or_mlflow_in_the_shell_do_not_steer_ours():
    found = environment({"MKT_SOURCE": "dealership"})

    assert not {"AIRFLOW__CORE__EXECUTOR", "MLFLOW_TRACKING_URI", "PGHOST"} & set(found)
    assert found["MKT_SOURCE"] == "dealership"
    assert found["LANG"] == "C.UTF-8"


@pytest.mark.usefixtures("shell")
def test_loopback_goes_past_a_proxy_of_the_shell():
    assert environment({})["NO_PROXY"] == "intranet,127.0.0.1,localhost"


def test_settings_survive_the_way_through_variables(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = Settings(
        home=Path("state"), use_cases=("a", "b"), crm_url="postgresql://u:p@h/d", _env_file=None
    )

    told = variables(before)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir("/")
    after = Settings(_env_file=None)

    assert after == before.model_copy(update={"home": tmp_path / "state"})
    assert "MKT_CAMPAIGN_URL" not in told
