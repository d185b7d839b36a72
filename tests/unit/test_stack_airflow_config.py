"""The configuration that Airflow is given, and what makes its processes start afresh."""

import configparser

import pytest

from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.airflow_config import PRELOADED, airflow_config
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.stack.programs import airflow_program, mlflow_server


@pytest.fixture
def stack(tmp_path):
    """A function that describes a stack whose PostgreSQL was started at some time."""
    home = tmp_path / "50 % done" / ".mkt"
    (home / "postgres").mkdir(parents=True)
    (home / "postgres" / "password").write_text("secret")
    return lambda **settings: deployment(
        Settings(home=home, project=tmp_path, _env_file=None, **settings)
    )


def test_a_percent_sign_in_a_path_reaches_airflow_as_it_is(stack):
    parser = configparser.ConfigParser()
    parser.read_string(airflow_config(stack()))

    assert parser["logging"]["base_log_folder"].endswith("/50 % done/.mkt/logs/tasks")


def test_the_configuration_is_the_same_at_every_start(stack):
    assert airflow_config(stack()) == airflow_config(stack())
    assert (
        airflow_program(stack(), "scheduler").fingerprint
        == airflow_program(stack(), "scheduler").fingerprint
    )


@pytest.mark.parametrize(
    "changed",
    [{"source": "odoo17"}, {"time_zone": "Europe/Paris"}, {"crm_url": "postgresql://u:p@h/crm"}],
)
def test_airflow_starts_afresh_when_a_setting_of_its_tasks_changes(stack, changed):
    before, after = (airflow_program(where, "scheduler") for where in (stack(), stack(**changed)))

    assert before.fingerprint != after.fingerprint
    assert mlflow_server(stack()).fingerprint == mlflow_server(stack(**changed)).fingerprint


def test_no_secret_shows_where_a_program_is_printed(stack):
    for program in (airflow_program(stack(), "scheduler"), mlflow_server(stack())):
        assert "secret@" not in repr(program)


def test_the_projects_own_code_is_never_preloaded():
    assert not [name for name in PRELOADED if name.startswith("mkt_pipeline")]
