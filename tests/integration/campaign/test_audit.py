"""Every act of a person is in `campaign.audit`, in the transaction of the act, and stays there."""

from datetime import date

import psycopg2
import pytest

from mkt_pipeline.campaign.migrate import migrate, shipped_migrations
from mkt_pipeline.campaign.model_decisions import ModelDecision, ModelDecisions
from mkt_pipeline.campaign.publication_held import PublicationHeldError
from mkt_pipeline.campaign.session import session
from mkt_pipeline.contracts.publication_limits import PublicationLimits
from mkt_pipeline.errors import BadInputError

NARROW = PublicationLimits(rows_change=0.1)
RECORDED = """
    SELECT act, done_by, reason, use_case, publication_id, counts
    FROM campaign.audit WHERE person_hash IS NULL ORDER BY audit_id
"""


def held(night, day, *, high="abcdef"):
    with pytest.raises(PublicationHeldError):
        night(day, high=high, low="xyz", limits=NARROW)


def test_release_reject_and_rollback_are_recorded_with_who_and_why(campaign, night, query):
    first = night(16, high="ab", low="xyz")
    held(night, 17)
    released = campaign.release("u", who="approver", reason="a new branch opened")
    held(night, 18, high="a")
    rejected, _ = campaign.reject("u", who="approver")
    held(night, 18, high="a")
    again, _ = campaign.reject("u", who="analyst", reason="wrong file")
    campaign.roll_back("u", who="analyst", reason="complaints")
    moved = {"entered": 4, "left": 0, "moved": 0}
    back = {"entered": 0, "left": 4, "moved": 0}
    assert query(RECORDED) == [
        ("release", "approver", "a new branch opened", "u", released.publication_id, moved),
        ("reject", "approver", None, "u", rejected, {}),
        ("reject", "analyst", "wrong file", "u", again, {}),
        ("roll_back", "analyst", "complaints", "u", first.publication_id, back),
    ]
    assert [(one.act, one.as_of) for one in campaign.acts("u", limit=2)] == [
        ("roll_back", date(2026, 11, 16)),
        ("reject", date(2026, 11, 18)),
    ]


def test_an_act_that_fails_leaves_no_record(campaign, night, query):
    night(16, high="ab")
    for act in (campaign.release, campaign.roll_back):
        with pytest.raises(BadInputError):
            act("u", who="approver", reason="try")
    assert query("SELECT count(*) FROM campaign.audit") == [(0,)]


def decision(**facts):
    told = {
        "use_case": "u",
        "act": "promotion",
        "as_of": date(2026, 11, 1),
        "model_name": "propensity-u",
        "model_version": "4",
        "champion_version": "3",
        "run_id": "run",
        "promoted": True,
        "decided_by": "approver",
        "reason": "asked for by the shop",
        **facts,
    }
    return ModelDecision(**told)


def test_models_that_persons_decide_on_are_recorded_and_those_of_trainings_not(
    campaign, database_url, query
):
    decisions = ModelDecisions(database_url)
    decisions.record(decision(act="training", decided_by=None))
    decisions.record(decision())
    decisions.record(decision(act="approval", promoted=False, reason="too few buyers"))
    assert query(
        "SELECT a.act, done_by, a.reason, model_version FROM campaign.audit a"
        " JOIN campaign.model_decisions USING (decision_id) ORDER BY audit_id"
    ) == [
        ("promote", "approver", "asked for by the shop", "4"),
        ("decline", "approver", "too few buyers", "4"),
    ]


def test_a_look_up_finds_the_nights_that_stand_and_is_recorded_where_nothing_is_found(
    campaign, night, query
):
    night(16, high="a", low="b")
    night(17, medium="a", low="b")
    night(17, low="ab")
    found = campaign.look_up("a", person_hash="h-a", who="approver", reason="a call")
    assert [(str(one.as_of), one.segment, one.is_current) for one in found.nights] == [
        ("2026-11-16", "high", False),
        ("2026-11-17", "low", True),
    ]
    assert [one.segment for one in found.current] == ["low"]
    nobody = campaign.look_up("z", person_hash="h-z", who="approver", reason="a letter")
    assert (nobody.nights, nobody.current) == ((), ())
    asked = "SELECT act, person_hash, done_by, reason FROM campaign.audit ORDER BY audit_id"
    assert query(asked) == [
        ("look_up", "h-a", "approver", "a call"),
        ("look_up", "h-z", "approver", "a letter"),
    ]
    assert campaign.audit("h-a") == []  # the times a person was erased


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE campaign.audit SET done_by = 'somebody else'",
        "DELETE FROM campaign.audit",
        "TRUNCATE campaign.audit",
    ],
)
def test_what_was_recorded_stays(campaign, night, query, database_url, change):
    campaign.look_up("a", person_hash="h", who="approver", reason="a call")
    connection = psycopg2.connect(database_url)
    with connection.cursor() as cursor, pytest.raises(psycopg2.Error, match="never changed"):
        cursor.execute(change)
    connection.close()
    assert query("SELECT done_by FROM campaign.audit") == [("approver",)]


def test_erasures_of_an_older_version_stay_as_they_were_recorded(database_url, query):
    with session(database_url) as opened:
        migrate(opened, shipped_migrations()[:7])
    connection = psycopg2.connect(database_url)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO campaign.audit (act, person_hash, done_by, reason, counts)"
            " VALUES ('erase', 'h', 'approver', 'request', '{\"campaign.segments\": 2}')"
        )
    connection.close()
    with session(database_url) as opened:
        migrate(opened, shipped_migrations())
    kept = "SELECT act, person_hash, done_by, reason, counts, use_case FROM campaign.audit"
    assert query(kept) == [("erase", "h", "approver", "request", {"campaign.segments": 2}, None)]


@pytest.mark.parametrize(
    "wrong",
    [
        "('erase', NULL, 'approver', 'why', '{}')",
        "('erase', 'h', 'approver', NULL, '{}')",
        "('look_up', 'h', 'approver', '', '{}')",
        "('release', 'h', 'approver', 'why', '{}')",
        "('promote', NULL, 'approver', 'why', '{}')",
        "('forget', 'h', 'approver', 'why', '{}')",
        "('erase', 'h', '', 'why', '{}')",
    ],
)
def test_an_act_without_what_belongs_to_it_is_refused(campaign, database_url, wrong):
    connection = psycopg2.connect(database_url)
    statement = "INSERT INTO campaign.audit (act, person_hash, done_by, reason, counts) VALUES "
    with connection.cursor() as cursor, pytest.raises(psycopg2.errors.CheckViolation):
        cursor.execute(statement + wrong)
    connection.close()
