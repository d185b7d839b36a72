"""Where Airflow is asked, and as whom."""

import pytest

from mkt_pipeline.errors import SettingsError
from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.airflow_door import airflow_door
from mkt_pipeline.stack.deployment import deployment


def where(tmp_path, **settings):
    return deployment(Settings(home=tmp_path, _env_file=None, **settings))


def test_the_local_stack_is_asked_as_its_only_user(tmp_path):
    door = airflow_door(where(tmp_path, airflow_port=18099))
    assert (door.address, door.user) == ("http://127.0.0.1:18099", "admin")


def test_an_airflow_that_runs_elsewhere_is_asked_as_its_address_says(tmp_path):
    door = airflow_door(where(tmp_path, airflow_url="https://night:p%40ss@airflow.example/base/"))
    assert (door.address, door.user, door.password) == (
        "https://airflow.example/base",
        "night",
        "p@ss",
    )
    assert "p@ss" not in repr(door)


@pytest.mark.parametrize("url", ["https://airflow.example", "ftp://a:b@airflow.example", "night"])
def test_an_address_without_a_user_is_refused(tmp_path, url):
    with pytest.raises(SettingsError, match="MKT_AIRFLOW_URL is not an address with a user"):
        airflow_door(where(tmp_path, airflow_url=url))
