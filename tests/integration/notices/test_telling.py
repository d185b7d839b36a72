"""Incidents in a real PostgreSQL, told to a real mail server and a real web server."""

import logging
from datetime import UTC, date, datetime, timedelta

import psycopg2
import pytest

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.incidents import Incidents
from mkt_pipeline.contracts.incident import Incident, Standing
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.notices.email import Email
from mkt_pipeline.notices.smtp_address import SmtpAddress
from mkt_pipeline.notices.spool import Spool
from mkt_pipeline.notices.web import Webhook
from mkt_pipeline.steps.notify import Notifier, close, deliver, opened, over, tried

DAY = date(2026, 11, 2)
STANDS = (Standing("service_visit", date(2026, 11, 1)),)
SUBJECT = "nightly_scoring/night.score_0"


def incident(day=DAY, **other):
    facts = {
        "kind": "failure",
        "subject": SUBJECT,
        "day": day,
        "use_case": "service_visit",
        "problem": "MLflow does not answer",
        "remedy": "start it, then clear the task",
        "links": {"Airflow run": "http://airflow/dags/nightly_scoring/runs/one"},
        "explains": (f"nightly_scoring/one/{SUBJECT}",),
    }
    return Incident(**{**facts, **other})


@pytest.fixture
def email(mailbox):
    return Email(SmtpAddress("smtp", "127.0.0.1", mailbox.port), "mkt@example.org", ("op@x.org",))


@pytest.fixture
def tell(database_url, tmp_path, email):
    CampaignDatabase(database_url).migrate()
    return Notifier(
        lambda: Incidents(database_url), lambda: STANDS, Spool(tmp_path / "notices"), (email,)
    )


@pytest.fixture
def away(tell, email, database_url):
    """The same, while the campaign database does not answer."""
    nowhere = "postgresql://nobody@127.0.0.1:1/campaign"
    return Notifier(lambda: Incidents(nowhere), tell.standing, tell.spool, tell.channels)


def later(database_url, minutes):
    """Let time pass for what was tried."""
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE campaign.notices SET tried_at = tried_at - %s", (timedelta(minutes=minutes),)
        )
    connection.close()


def test_an_incident_is_told_once_however_often_it_is_found_and_once_when_it_is_over(tell, mailbox):
    for _ in range(3):
        opened(tell, incident())
    assert mailbox.subjects == [f"[mkt] a task failed: {SUBJECT} (service_visit) for {DAY}"]
    text = mailbox.messages[0].get_content()
    for words in (
        "MLflow does not answer.",
        "service_visit: the segments as of 2026-11-01 are current.",
        "start it, then clear the task.",
        "docs/notices.md#a-task-failed",
        "Airflow run: http://airflow/dags/nightly_scoring/runs/one",
    ):
        assert words in text
    for _ in range(2):
        over(tell, ["failure"], SUBJECT, day=DAY, why="It succeeded.")
    assert mailbox.subjects[1:] == [
        f"[mkt] is over: a task failed: {SUBJECT} (service_visit) for {DAY}"
    ]
    assert "It succeeded. It was: MLflow does not answer." in mailbox.messages[1].get_content()
    assert tell.record().known() == ()


def test_what_happens_again_after_it_was_over_is_told_again(tell, mailbox):
    opened(tell, incident())
    over(tell, ["failure"], SUBJECT, day=DAY, why="It succeeded.")
    opened(tell, incident())
    assert [subject.startswith("[mkt] is over") for subject in mailbox.subjects] == [
        False,
        True,
        False,
    ]


def test_a_later_day_ends_the_incidents_of_earlier_ones_and_never_the_other_way(tell, mailbox):
    opened(tell, incident())
    over(tell, ["failure"], SUBJECT, day=DAY - timedelta(days=1), why="It succeeded.")
    over(tell, ["failure"], "nightly_scoring/night.score_1", day=DAY, why="It succeeded.")
    assert len(tell.record().known()) == 1
    over(tell, ["failure"], "nightly_scoring/", day=DAY + timedelta(days=1), why="It succeeded.")
    assert tell.record().known() == ()
    assert len(mailbox.messages) == 2


def test_a_process_that_dies_before_it_sends_leaves_the_message_to_the_next(
    tell, mailbox, database_url
):
    record = Incidents(database_url)
    record.open(incident(), channels=["e-mail"])
    (claimed,) = record.claim(["e-mail"])  # and dies
    assert deliver(tell) == (), "nobody sends what another may be sending"
    later(database_url, minutes=6)
    deliver(tell)
    deliver(tell)
    assert len(mailbox.messages) == 1
    assert claimed.known.incident.key == f"failure/{SUBJECT}/{DAY}"


def test_a_process_that_dies_after_it_sent_repeats_itself_ever_more_rarely(
    tell, mailbox, email, database_url
):
    record = Incidents(database_url)
    record.open(incident(), channels=["e-mail"])
    for sent in range(1, 4):
        assert len(record.claim(["e-mail"])) == 1, "sent, and died before it was noted"
        assert record.claim(["e-mail"]) == ()
        later(database_url, minutes=5 * 2 ** (sent - 1) - 1)
        assert record.claim(["e-mail"]) == ()
        later(database_url, minutes=2)


def test_a_channel_that_fails_is_seen_and_tried_again_and_the_others_are_not_held_up(
    tell, mailbox, hook, database_url, caplog
):
    both = Notifier(tell.record, tell.standing, tell.spool, (*tell.channels, Webhook(hook.address)))
    mailbox.refuses = "451 later"
    with caplog.at_level(logging.ERROR):
        told = opened(both, incident())
    assert {one.channel: bool(one.error) for one in told} == {"e-mail": True, "webhook": False}
    assert "answered 451" in caplog.text
    (known,) = tell.record().known()
    assert {name: at is not None for name, at in known.told.items()} == {
        "e-mail": False,
        "webhook": True,
    }
    mailbox.refuses = ""
    assert deliver(both) == ()
    later(database_url, minutes=6)
    assert [one.error for one in deliver(both)] == [""]
    assert (len(mailbox.messages), len(hook.documents)) == (1, 1)


def test_what_was_over_before_a_channel_took_anything_is_one_message(tell, mailbox, database_url):
    mailbox.refuses = "451 later"
    opened(tell, incident())
    over(tell, ["failure"], SUBJECT, day=DAY, why="It succeeded.")
    mailbox.refuses = ""
    later(database_url, minutes=60)
    deliver(tell)
    assert len(mailbox.messages) == 1
    assert mailbox.subjects[0].startswith("[mkt] is over")


def test_while_the_database_is_away_each_incident_is_told_once_a_day(tell, away, mailbox, caplog):
    for _ in range(3):
        opened(away, incident())
    assert len(mailbox.messages) == 1
    assert "It cannot be told now which segments are current" in mailbox.messages[0].get_content()
    (kept,) = away.spool.kept()
    away.spool.told(kept, ["e-mail"], now=datetime.now(UTC) - timedelta(hours=25))
    opened(away, incident())
    assert len(mailbox.messages) == 2


def test_when_it_is_back_it_takes_over_what_was_told_and_tells_when_it_is_over(
    tell, away, mailbox, caplog
):
    opened(away, incident())
    opened(tell, incident())
    assert len(mailbox.messages) == 1
    assert list(tell.spool.kept()) == []
    (known,) = tell.record().known()
    assert known.told["e-mail"]
    over(tell, ["failure"], SUBJECT, day=DAY, why="It succeeded.")
    assert len(mailbox.messages) == 2


def test_what_could_not_be_told_while_it_was_away_is_told_when_it_is_back(
    tell, away, mailbox, caplog
):
    mailbox.refuses = "451 later"
    opened(away, incident())
    mailbox.refuses = ""
    deliver(tell)
    assert len(mailbox.messages) == 1


def test_without_a_channel_incidents_are_recorded_and_nothing_is_ever_sent(tell, mailbox):
    silent = Notifier(tell.record, tell.standing, tell.spool, ())
    opened(silent, incident())
    assert len(tell.record().known()) == 1
    over(tell, ["failure"], SUBJECT, day=DAY, why="It succeeded.")
    assert mailbox.messages == []


def test_an_incident_that_does_not_end_by_itself_is_closed_by_its_key(tell, mailbox):
    opened(tell, incident())
    assert close(tell, incident().key, why="It was closed by somebody.")
    assert not close(tell, incident().key, why="It was closed by somebody.")
    assert len(mailbox.messages) == 2


def test_an_incident_learns_what_else_it_explains_and_where_to_look(tell, mailbox):
    opened(tell, incident())
    opened(tell, incident(explains=("two",), links={"MLflow run": "http://mlflow/run"}))
    (known,) = tell.record().known()
    assert known.incident.explains == (f"nightly_scoring/one/{SUBJECT}", "two")
    assert set(known.incident.links) == {"Airflow run", "MLflow run"}
    assert tell.record().explained({"two", "three"}) == {"two"}


def test_where_what_stands_cannot_be_told_the_notice_goes_out_all_the_same(tell, mailbox, caplog):
    def broken():
        raise BadInputError("use_cases/x.yaml is not YAML", remedy="correct the syntax")

    opened(Notifier(tell.record, broken, tell.spool, tell.channels), incident())
    assert "It cannot be told now which segments are current" in mailbox.messages[0].get_content()
    assert "x.yaml is not YAML" in caplog.text


def test_a_trial_says_of_each_channel_whether_it_took_the_message(tell, mailbox, hook, caplog):
    hook.status = 500
    both = Notifier(tell.record, tell.standing, tell.spool, (*tell.channels, Webhook(hook.address)))
    told = {one.channel: one.error for one in tried(both)}
    assert told["e-mail"] == ""
    assert "answered 500" in told["webhook"]
    assert mailbox.subjects == ["[mkt] test: notices arrive here"]
