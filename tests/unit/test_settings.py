from datetime import date

import pytest

from mkt_pipeline.errors import BadInputError, SettingsError
from mkt_pipeline.settings import Settings, load_settings
from mkt_pipeline.wiring.lake import lake_of


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    """No .env and no MKT_ variable of whoever runs the tests."""
    import os

    for name in [name for name in os.environ if name.startswith("MKT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_everything_that_is_wrong_is_named_at_once(monkeypatch):
    monkeypatch.setenv("MKT_TIME_ZONE", "Mars/Olympus")
    monkeypatch.setenv("MKT_AIRFLOW_PORT", "80")
    monkeypatch.setenv("MKT_SOURCE", "../secrets")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    for name in ("MKT_TIME_ZONE", "MKT_AIRFLOW_PORT", "MKT_SOURCE"):
        assert name in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("MKT_MEMORY_LIMIT", "lots", "is 'lots': write a size such as 600MB or 2GB"),
        ("MKT_MEMORY_LIMIT", "0GB", "is '0GB': write a size such as 600MB or 2GB"),
        ("MKT_MEMORY_LIMIT", "2GB or so", "write a size such as"),
        ("MKT_TIME_ZONE", "Mars/Olympus", "is 'Mars/Olympus': no such time zone is known"),
        ("MKT_AIRFLOW_PORT", "80", "is '80': it must be greater than or equal to 1024"),
        ("MKT_THREADS", "two", "is 'two': it must be a valid integer"),
        ("MKT_TODAY", "foo", "is 'foo': write a day as YYYY-MM-DD"),
        ("MKT_TODAY", "2026-02-30", "is '2026-02-30': write a day as YYYY-MM-DD"),
        ("MKT_SOURCE", "../secrets", "is '../secrets': write lower case letters, digits and _"),
        ("MKT_NOTIFY_EMAIL_TO", "crm", "is 'crm': write an address such as crm@example.com"),
    ],
)
def test_a_wrong_value_is_named_with_what_to_write(monkeypatch, name, value, told):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert f"{name} " in str(refused.value)
    assert told in str(refused.value)
    assert "pattern" not in str(refused.value)


def test_a_secret_that_is_wrong_is_not_quoted(monkeypatch):
    monkeypatch.setenv("MKT_CRM_URL", "postgresql://crm:hunter2@db/crm\n")
    with pytest.raises(SettingsError, match="MKT_CRM_URL: holds a line break") as refused:
        load_settings()
    assert "hunter2" not in str(refused.value)


def test_the_environment_wins_over_the_file(monkeypatch, empty_folder):
    (empty_folder / ".env").write_text("MKT_SOURCE=odoo17\nMKT_USE_CASES=one, two\n")
    assert (load_settings().source, load_settings().use_cases) == ("odoo17", ("one", "two"))
    monkeypatch.setenv("MKT_SOURCE", "dealership")
    assert load_settings().source == "dealership"


def test_a_misspelt_name_in_the_file_is_refused(empty_folder):
    (empty_folder / ".env").write_text("MKT_SUORCE=odoo17\n")
    with pytest.raises(SettingsError, match="MKT_SUORCE is no setting"):
        load_settings()


def test_what_others_keep_in_the_file_does_not_matter(empty_folder):
    (empty_folder / ".env").write_text("POSTGRES_PASSWORD=secret\nMKT_SOURCE=odoo17\n")
    assert load_settings().source == "odoo17"


def test_passwords_do_not_show():
    settings = Settings(crm_url="postgresql://reader:hunter2@db/crm", _env_file=None)
    assert "hunter2" not in repr(settings)


def test_the_day_of_a_run_is_today_unless_it_is_said():
    settings = Settings(today=date(2026, 3, 1), time_zone="Europe/Berlin", _env_file=None)
    assert str(settings.as_of(None)) == "2026-03-01"
    assert str(settings.as_of("2026-02-01")) == "2026-02-01"
    with pytest.raises(BadInputError, match="2026-03-02 lies in the future"):
        settings.as_of("2026-03-02")
    with pytest.raises(BadInputError, match="YYYY-MM-DD"):
        settings.as_of("yesterday")


def test_a_misspelt_variable_is_named_with_the_one_that_was_meant(monkeypatch):
    monkeypatch.setenv("MKT_CMR_URL", "postgresql://somewhere/crm")
    with pytest.raises(SettingsError, match=r"MKT_CMR_URL → write MKT_CRM_URL"):
        load_settings()


def test_secrets_may_lie_in_files_of_a_folder(monkeypatch, empty_folder):
    secrets = empty_folder / "secrets"
    secrets.mkdir()
    (secrets / "mkt_crm_url").write_text("postgresql://reader:from-file@db/crm\n")
    (secrets / "redis_password").write_text("of others")
    monkeypatch.setenv("MKT_SECRETS_DIR", str(secrets))
    found = load_settings().crm_url
    assert found is not None
    assert found.get_secret_value() == "postgresql://reader:from-file@db/crm"
    monkeypatch.setenv("MKT_CRM_URL", "postgresql://reader:from-environment@db/crm")
    found = load_settings().crm_url
    assert found is not None
    assert found.get_secret_value() == "postgresql://reader:from-environment@db/crm"


def test_a_folder_of_secrets_that_is_not_there_is_refused(monkeypatch, empty_folder):
    monkeypatch.setenv("MKT_SECRETS_DIR", str(empty_folder / "nowhere"))
    with pytest.raises(SettingsError, match="nowhere, which is no folder"):
        load_settings()


@pytest.mark.parametrize("name", ["MKT_HOME", "MKT_LAKE_URI", "MKT_PROJECT", "MKT_SECRETS_DIR"])
def test_a_file_where_a_folder_is_to_be_is_refused(monkeypatch, empty_folder, name):
    (empty_folder / "file").write_text("")
    monkeypatch.setenv(name, str(empty_folder / "file"))
    with pytest.raises(SettingsError, match=rf"{name} names .*/file, which is (a file|no folder)"):
        load_settings()


def test_a_project_that_is_not_there_is_refused_and_a_home_is_made_later(monkeypatch, empty_folder):
    monkeypatch.setenv("MKT_HOME", str(empty_folder / "new"))
    assert load_settings().home == empty_folder / "new"
    monkeypatch.setenv("MKT_PROJECT", "/nonexist")
    with pytest.raises(SettingsError, match="MKT_PROJECT names /nonexist, which is no folder"):
        load_settings()


def test_a_file_of_settings_that_holds_no_text_is_refused(empty_folder):
    file = empty_folder / ".env"
    file.write_bytes("MKT_SOURCE=dealership # Zoë\n".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"\.env is not UTF-8: byte 27 cannot be read"):
        load_settings()
    file.unlink()
    file.mkdir()
    with pytest.raises(SettingsError, match=r"\.env is a folder"):
        load_settings()


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        (
            {"lake_uri": "gs://bucket/lake"},
            "MKT_LAKE_URI begins with gs://: give a folder, or s3://",
        ),
        ({"lake_key": "k"}, "MKT_LAKE_SECRET belong together"),
        ({"lake_endpoint": "minio:9000"}, "MKT_LAKE_ENDPOINT begins with https://"),
        ({"lake_endpoint": "http://minio:9000"}, "MKT_LAKE_ENDPOINT is without TLS"),
    ],
)
def test_a_lake_that_cannot_be_reached_as_told_is_refused(told, problem):
    with pytest.raises(SettingsError, match=problem) as refused:
        load_settings(**told)
    assert "MKT_:" not in str(refused.value)


def test_a_lake_in_a_store_is_as_told_and_its_secret_does_not_show():
    told = {"lake_uri": "s3://bucket/lake", "lake_endpoint": "http://127.0.0.1:9000"}
    access = {"lake_key": "k", "lake_secret": "hush", "lake_allow_http": True}
    lake = lake_of(load_settings(**told, **access))
    assert (lake.uri, lake.storage.endpoint) == ("s3://bucket/lake", "http://127.0.0.1:9000")
    assert lake.storage.secret == "hush"
    assert "hush" not in repr(lake)
