"""A night that is held, on a real small CRM: one message when it is, and one when it is over."""

import os
import subprocess
import sys
from datetime import date

import pytest
from notice_servers import mail_server
from own_project import project_folder, shipped
from quick_training import QUICK
from wired import wired

from mkt_pipeline.campaign.publication_held import PublicationHeldError
from mkt_pipeline.stack.deployment import variables
from mkt_pipeline.wiring.monitoring import model_health
from mkt_pipeline.wiring.notices import Telling

CASE = "service_visit"
TRAINED, DAYS, TODAY = "2026-08-25", ("2026-10-30", "2026-10-31", "2026-11-01"), date(2026, 11, 1)


@pytest.fixture(scope="module")
def box(free_port):
    with mail_server(free_port()) as found:
        yield found


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory, free_port, box):
    """One use case of which every night is held in which anybody changes segment."""
    case = {**shipped(CASE), "training": QUICK, "publication": {"changed_segment": 1e-9}}
    project = project_folder(tmp_path_factory.mktemp("held"), {CASE: case})
    mail = {
        "smtp_url": f"smtp://127.0.0.1:{box.port}",
        "notify_email_to": "operator@example.org",
    }
    with wired(project / "state", free_port, today=TODAY, project=project, **mail) as steps:
        steps.extract(as_of=str(TODAY))
        assert steps.train(CASE, as_of=TRAINED).promoted
        for day in DAYS:
            steps.features(CASE, as_of=day)
            steps.score(CASE, as_of=day)
        steps.publish(CASE, as_of=DAYS[0])
        yield steps


@pytest.fixture
def mkt(pipeline, tmp_path):
    """A function that runs the command line in a process of its own."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("MKT_")}

    def call(*arguments, expect=0):
        done = subprocess.run(
            [sys.executable, "-m", "mkt_pipeline.cli", *arguments],
            capture_output=True,
            text=True,
            env={**own, **variables(pipeline.settings)},
            cwd=tmp_path,
        )
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout

    return call


def subjects(box, day):
    return [one for one in box.subjects if day in one]


def test_a_held_night_is_one_message_however_often_it_is_found_and_its_release_another(
    pipeline, mkt, box
):
    for _ in range(2):
        mkt("publish", "--as-of", DAYS[1], expect=70)
    with pytest.raises(PublicationHeldError):
        pipeline.publish(CASE, as_of=DAYS[1])
    Telling(pipeline.settings, pipeline.campaign).settle()
    held = f"a night is held: {CASE} for {DAYS[1]}"
    assert subjects(box, DAYS[1]) == [f"[mkt] {held}"]
    text = box.messages[-1].get_content()
    assert f"{CASE}: the segments as of {DAYS[0]} are current." in text
    assert "of the customers before have another segment" in text
    assert f"--use-case {CASE} --as-of {DAYS[1]}" in text
    assert f"held/{CASE}/{DAYS[1]}" in mkt("incidents", "show")

    mkt("publish", "--release", "--reason", "Mrs. Example is right", "--as-of", DAYS[1])
    assert subjects(box, DAYS[1]) == [f"[mkt] {held}", f"[mkt] is over: {held}"]
    text = box.messages[-1].get_content()
    assert "It was released by" in text
    assert "Mrs. Example" not in text
    assert f"{CASE}: the segments as of {DAYS[1]} are current." in text
    assert mkt("incidents", "show") == "nothing is wrong\n"
    assert f"held/{CASE}/{DAYS[1]}" in mkt("incidents", "show", "--all")


def test_whoever_decides_elsewhere_is_found_out_later(pipeline, box):
    telling = Telling(pipeline.settings, pipeline.campaign)
    with pytest.raises(PublicationHeldError):
        pipeline.publish(CASE, as_of=DAYS[2])
    telling.settle()
    pipeline.campaign_database.reject(CASE, who="somebody")
    for _ in range(2):
        telling.settle()
    held = f"a night is held: {CASE} for {DAYS[2]}"
    assert subjects(box, DAYS[2]) == [f"[mkt] {held}", f"[mkt] is over: {held}"]
    assert "It was rejected by somebody." in box.messages[-1].get_content()


def test_an_alarm_is_told_when_it_is_raised_and_when_it_ends(pipeline, box, campaign):
    telling = Telling(pipeline.settings, pipeline.campaign)
    campaign(
        "INSERT INTO campaign.model_alarms (use_case, raised_as_of, model_name, model_version,"
        f" subjects, sentence) VALUES ('{CASE}', '2026-10-20', 'propensity-{CASE}', '1', '[]',"
        " 'tenure_days differs')"
    )
    telling.settle()
    assert model_health(pipeline).alarms(CASE)[0].ended is None
    campaign("UPDATE campaign.model_alarms SET ended_as_of = '2026-10-25', ended = 'cleared'")
    telling.settle()
    alarm = f"a model raised an alarm: {CASE} for 2026-10-20"
    assert subjects(box, "2026-10-20") == [f"[mkt] {alarm}", f"[mkt] is over: {alarm}"]


def test_a_reminder_of_an_alarm_is_a_new_message_and_nothing_is_over(pipeline, box, campaign):
    telling = Telling(pipeline.settings, pipeline.campaign)
    raised = (
        "INSERT INTO campaign.model_alarms (use_case, raised_as_of, model_name, model_version,"
        f" subjects, sentence) VALUES ('{CASE}', '%s', 'm', '1', '[]', 'it differs')"
    )
    campaign(raised % "2025-01-01")
    telling.settle()
    campaign(
        "UPDATE campaign.model_alarms SET ended_as_of = '2025-02-01', ended = 'raised again'"
        " WHERE ended IS NULL"
    )
    campaign(raised % "2025-02-01")
    telling.settle()
    alarm = f"[mkt] a model raised an alarm: {CASE} for 2025"
    assert subjects(box, "for 2025") == [f"{alarm}-01-01", f"{alarm}-02-01"]
    campaign("DELETE FROM campaign.model_alarms")
    telling.settle()
    assert subjects(box, "for 2025")[2:] == [f"[mkt] is over: {alarm.removeprefix('[mkt] ')}-02-01"]
    assert "raised no alarm" in box.messages[-1].get_content()


def test_the_channels_are_tried_from_the_command_line(mkt, box, free_port, monkeypatch):
    assert mkt("notify", "test") == "e-mail: sent ([mkt] test: notices arrive here)\n"
    assert box.subjects[-1] == "[mkt] test: notices arrive here"
    assert mkt("notify", "due") == "nothing is due\n"
    mkt("incidents", "close", "held/nothing", expect=65)


@pytest.fixture
def campaign(pipeline):
    """A function that runs a statement in the campaign database."""
    import psycopg2

    def run(statement):
        connection = psycopg2.connect(pipeline.campaign)
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    return run
