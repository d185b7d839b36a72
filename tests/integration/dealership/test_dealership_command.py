"""`mkt sample`: what it prints, and that it never writes to the CRM of the settings."""

import json

import pytest
from typer.testing import CliRunner

from mkt_pipeline.cli.sample import app
from mkt_pipeline.errors import BadInputError, SettingsError

SMALL = ["load", "dealership", "--customers", "300", "--years", "1", "--until", "2026-06-01"]


def run(*arguments):
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def test_load_and_advance_tell_scripts_what_they_wrote(database_url):
    loaded = json.loads(run(*SMALL, "--url", database_url, "--json").stdout)
    lived = json.loads(run("advance", "--days", "3", "--url", database_url, "--json").stdout)
    assert (loaded["customers"], loaded["until"]) == (300, "2026-06-01")
    assert loaded["rows"]["persons"] == 300
    assert (lived["first_day"], lived["until"]) == ("2026-06-01", "2026-06-04")


def test_the_oracle_reads_like_a_report(dealership):
    lines = run("oracle", "--use-case", "service_visit", "--url", dealership).stdout.splitlines()
    assert "use case: service_visit" in lines
    assert any(line.startswith("auc of truth: 0.8") for line in lines)


@pytest.mark.parametrize("command", [SMALL, ["advance"]])
def test_the_configured_crm_is_never_written_to(monkeypatch, database_url, ask, command):
    monkeypatch.setenv("MKT_CRM_URL", database_url)
    with pytest.raises(SettingsError, match="only ever read"):
        run(*command)
    assert ask(database_url, "SELECT to_regnamespace('dealership')") == [(None,)]


def test_online_retail_needs_the_file(database_url):
    with pytest.raises(BadInputError, match="--path"):
        run("load", "online_retail", "--url", database_url)
