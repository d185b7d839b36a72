"""Promotions: the aliases they move, what they check, and the record they leave."""

from pathlib import Path

import pytest
from small_training import labelled, log, small_outcome

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.model_decisions import ModelDecisions
from mkt_pipeline.errors import BadInputError, ModelRefusedError, NoChampionError
from mkt_pipeline.modelling.nobody import rows_of_nobody
from mkt_pipeline.steps.approval import answer
from mkt_pipeline.steps.champion import promote_version, roll_back_champion, standing
from mkt_pipeline.tracking import Tracking


@pytest.fixture(scope="module")
def outcome():
    return small_outcome()


@pytest.fixture(scope="module")
def tracking(server: tuple[str, Path]) -> Tracking:
    return Tracking(server[0])


@pytest.fixture
def decisions(database_url):
    CampaignDatabase(database_url).migrate()
    return ModelDecisions(database_url)


def test_promoting_remembers_the_champion_before_even_when_done_twice(tracking, outcome):
    first = log(tracking, outcome, "weekly").model_version
    tracking.promote(use_case="weekly", version=first)
    second = log(tracking, outcome, "weekly").model_version
    for _ in range(2):
        tracking.promote(use_case="weekly", version=second)
    assert tracking.champion("weekly").version == second
    assert tracking.previous("weekly").version == first
    with pytest.raises(NoChampionError):
        tracking.challenger("weekly")


def test_a_model_file_changed_after_registration_is_refused(tracking, outcome, server):
    run = log(tracking, outcome, "tampered")
    tracking.promote(use_case="tampered", version=run.model_version)
    model_id = tracking.champion("tampered").model_id
    (stored,) = server[1].rglob(f"{model_id}/artifacts/model.skops")
    stored.write_bytes(stored.read_bytes() + b" ")
    with pytest.raises(ModelRefusedError, match="not those that were registered"):
        tracking.champion("tampered")


def test_a_model_that_gives_other_propensities_than_when_trained_is_not_left_champion(
    tracking, outcome
):
    first, second = (log(tracking, outcome, "changed") for _ in range(2))
    refused_and_nothing_moves(tracking, outcome, second)
    tracking.promote(use_case="changed", version=first.model_version)
    refused_and_nothing_moves(tracking, outcome, second)
    assert tracking.aliases("changed") == {
        "champion": str(first.model_version),
        "challenger": str(second.model_version),
    }


def refused_and_nothing_moves(tracking, outcome, run):
    before = tracking.aliases("changed")
    sample = rows_of_nobody(labelled("2026-05-01", 3).frame, seed=1)
    tracking.log_load_check(run_id=run.run_id, frame=sample, model=outcome.baseline.model)
    with pytest.raises(ModelRefusedError, match="other propensities than when it was trained"):
        tracking.promote(use_case="changed", version=run.model_version)
    assert tracking.aliases("changed") == before


def test_the_sample_that_is_kept_holds_no_customers_row():
    frame = labelled("2026-05-01", 3).frame
    sample = rows_of_nobody(frame, seed=1)
    people = set(map(tuple, frame.astype(str).to_numpy()))
    bought = sample[sample["amount_90d"] > 0].astype(str).to_numpy()
    assert len(bought) > 50
    assert not [row for row in bought if tuple(row) in people]
    for name in frame.columns:
        assert set(sample[name].dropna()) <= set(frame[name].dropna())


def test_a_person_promotes_and_rolls_back_and_both_are_recorded(tracking, outcome, decisions):
    told = {"tracking": tracking, "decisions": decisions, "use_case": "byhand"}
    first, second = (log(tracking, outcome, "byhand").model_version for _ in range(2))
    with pytest.raises(BadInputError, match="no earlier champion"):
        roll_back_champion(**told, who="approver", reason="x")
    promote_version(**told, version=first, who="approver", reason="the only one")
    done = promote_version(**told, version=second, who="approver", reason="asked by sales")
    assert (done.version, done.before) == (second, str(first))
    back = roll_back_champion(**told, who="approver", reason="sales were wrong")
    assert (back.version, back.before) == (first, str(second))

    found = standing(**told)
    assert found.aliases["champion"] == str(first)
    assert [(one.act, one.model_version, one.champion_version) for one in found.decisions] == [
        ("rollback", str(first), str(second)),
        ("promotion", str(second), str(first)),
        ("promotion", str(first), None),
    ]
    assert all(one.effective_at > one.decided_at for one in found.decisions)
    assert "rollback by approver: sales were wrong" in found.lines()[1]
    page = tracking.decision_page(tracking.version_facts("byhand", first).run_id)
    assert page.count("## What people decided") == 1
    told_last = [line for line in page.splitlines() if line.startswith("- ")]
    assert [line.partition(": ")[2] for line in told_last] == [
        "promoted, promotion by approver: the only one",
        "promoted, rollback by approver: sales were wrong",
    ]


def test_an_answer_is_carried_out_once_and_against_the_champion_that_was_compared(
    tracking, outcome, decisions
):
    told = {"tracking": tracking, "decisions": decisions, "use_case": "asked"}
    first, second = (log(tracking, outcome, "asked") for _ in range(2))
    reply = {**told, "version": first.model_version, "compared_with": None, "who": "approver"}
    kept = answer(**reply, approved=False, reason="not before the fair")
    assert tracking.champion_version("asked") is None
    assert "is not promoted, the champion stays (approver: not before the fair)" in kept.lines()[0]
    answer(**reply, approved=True, reason="now")
    assert tracking.champion_version("asked") == first.model_version
    late = {**reply, "version": second.model_version}
    with pytest.raises(BadInputError, match="was compared with none"):
        answer(**late, approved=True, reason="late")
    assert tracking.champion_version("asked") == first.model_version
    assert [(one.act, one.promoted, one.reason) for one in decisions.latest("asked")] == [
        ("approval", True, "now"),
        ("approval", False, "not before the fair"),
    ]


@pytest.mark.parametrize(
    ("version", "reason", "says"),
    [(99, "x", "has no version 99"), (1, " ", "no reason"), (1, "x", "is champion already")],
)
def test_a_promotion_that_makes_no_sense_is_refused_and_not_recorded(
    tracking, outcome, decisions, version, reason, says
):
    name = f"senseless{version}{len(reason.strip())}"
    told = {"tracking": tracking, "decisions": decisions, "use_case": name, "who": "approver"}
    made = log(tracking, outcome, name).model_version
    promote_version(**told, version=made, reason="first")
    with pytest.raises(BadInputError, match=says):
        promote_version(**told, version=version, reason=reason)
    assert len(decisions.latest(name)) == 1


def test_a_promotion_that_failed_is_recorded_without_effect(tracking, outcome, decisions):
    run = log(tracking, outcome, "failing")
    sample = rows_of_nobody(labelled("2026-05-01", 3).frame, seed=1)
    tracking.log_load_check(run_id=run.run_id, frame=sample, model=outcome.baseline.model)
    told = {"tracking": tracking, "decisions": decisions, "use_case": "failing"}
    with pytest.raises(ModelRefusedError):
        promote_version(**told, version=run.model_version, who="approver", reason="try")
    (record,) = decisions.latest("failing")
    assert (record.promoted, record.effective_at) == (True, None)
    assert "did not take effect" in standing(**told).lines()[1]
