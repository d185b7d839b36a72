"""Words and addresses of notices, before anything is sent."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import pytest

from mkt_pipeline.contracts.incident import (
    DueNotice,
    Incident,
    IncidentKind,
    KnownIncident,
    Standing,
)
from mkt_pipeline.errors import BadInputError, SettingsError
from mkt_pipeline.notices.smtp_address import SmtpAddress, smtp_address
from mkt_pipeline.notices.web import web_address
from mkt_pipeline.notices.words import SECTIONS, notice_of
from mkt_pipeline.settings import Settings, load_settings
from mkt_pipeline.steps.late_run import late_run
from mkt_pipeline.wiring.notices import channels_of

PROJECT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 11, 2, 1, 15, tzinfo=UTC)


def told(**facts):
    own = {"kind": "failure", "subject": "a/b", "day": None, "problem": "p", "remedy": "r"}
    known = KnownIncident(incident_id=1, incident=Incident(**{**own, **facts}), opened_at=AT)
    stands = (Standing("one", date(2026, 11, 1)), Standing("two", None))
    return notice_of(DueNotice(known=known, phase="opened", channel="e-mail"), stands)


def test_a_notice_of_a_use_case_names_its_segments_alone():
    assert told(use_case="one").parts["What still stands"] == (
        "one: the segments as of 2026-11-01 are current."
    )
    assert told().parts["What still stands"].endswith("two: nothing was published yet.")


def test_a_notice_says_since_when_and_what_to_do():
    parts = told(problem="it broke", remedy="mend it").parts
    assert (parts["What"], parts["Since"], parts["What to do"]) == (
        "it broke.",
        "2026-11-02 01:15 UTC",
        "mend it.",
    )


@pytest.mark.parametrize("kind", get_args(IncidentKind))
def test_every_kind_has_a_section_in_the_runbook(kind):
    page = (PROJECT / "docs" / "notices.md").read_text(encoding="utf-8")
    titles = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9-]", "", title.lower().replace(" ", "-")) for title in titles}
    assert SECTIONS[kind] in anchors


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("smtp://mail", SmtpAddress("smtp", "mail", 25)),
        ("starttls://u%40x:p%2F@mail", SmtpAddress("starttls", "mail", 587, "u@x", "p/")),
        ("smtps://u:p@mail:4650", SmtpAddress("smtps", "mail", 4650, "u", "p")),
        ("smtp://u:p@127.0.0.1:2525", SmtpAddress("smtp", "127.0.0.1", 2525, "u", "p")),
    ],
)
def test_an_smtp_address_is_read(text, read):
    assert smtp_address(text) == read


@pytest.mark.parametrize(
    "text", ["http://u:secret@m", "smtp://u:secret@", "smtps://u:secret@m:x", "smtp://u:secret@m"]
)
def test_an_smtp_address_that_is_wrong_or_unsafe_is_refused_without_its_password(text):
    with pytest.raises(BadInputError) as refused:
        smtp_address(text)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("text", ["ftp://secret", "secret", "https://", "https://h:x/secret"])
def test_a_web_address_that_is_wrong_is_refused_without_quoting_it(text):
    with pytest.raises(BadInputError) as refused:
        web_address(text, setting="MKT_NOTIFY_SLACK_URL")
    assert "secret" not in str(refused.value)


def test_channels_are_those_of_the_settings_and_show_no_secret():
    settings = Settings(
        smtp_url="smtps://u:hunter2@mail",
        notify_email_to="a@x.org, b@x.org",
        notify_slack_url="https://hooks/hunter2",
        notify_webhook_url="https://other/hunter2",
        _env_file=None,
    )
    channels = channels_of(settings)
    assert [one.name for one in channels] == ["e-mail", "slack", "webhook"]
    assert channels[0].recipients == ("a@x.org", "b@x.org")
    assert channels[0].sender == "a@x.org"
    assert "hunter2" not in repr(channels) + repr(settings)
    assert channels_of(Settings(_env_file=None)) == ()


def test_half_a_mail_setting_is_refused(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MKT_NOTIFY_EMAIL_TO", "a@x.org")
    with pytest.raises(SettingsError, match="MKT_NOTIFY_EMAIL_TO is set and MKT_SMTP_URL is not"):
        load_settings()
    monkeypatch.setenv("MKT_SMTP_URL", "smtp://mail")
    monkeypatch.setenv("MKT_NOTIFY_EMAIL_TO", "nobody")
    with pytest.raises(SettingsError, match="MKT_NOTIFY_EMAIL_TO"):
        load_settings()


def test_secrets_of_channels_may_lie_in_files_and_empty_files_are_none(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mkt_smtp_url").write_text("smtp://mail:1025\n")
    (tmp_path / "mkt_notify_slack_url").write_text("")
    monkeypatch.setenv("MKT_SECRETS_DIR", str(tmp_path))
    assert channels_of(load_settings()) == ()
    monkeypatch.setenv("MKT_NOTIFY_EMAIL_TO", "a@x.org")
    assert [one.name for one in channels_of(load_settings())] == ["e-mail"]


def test_a_late_run_is_told_with_its_day_and_its_address():
    run = {"dag_id": "crm_extract", "dag_run_id": "a b", "partition_key": "2026-11-02"}
    late = late_run(run, minutes=150, airflow="http://airflow/")
    assert late.key == "late/crm_extract/2026-11-02"
    assert late.links == {"Airflow run": "http://airflow/dags/crm_extract/runs/a%20b"}
