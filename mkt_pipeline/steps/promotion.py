"""Step: make a model champion, recorded before and checked after."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from mkt_pipeline.campaign.model_decisions import Act, ModelDecision, ModelDecisions
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.modelling.gate import Decision
from mkt_pipeline.tracking.kept_models import KeptModels
from mkt_pipeline.tracking.training_record import TrainedRun

PROMOTED, NOT_PROMOTED, WAITS = "promoted", "not promoted", "waits for approval"
"""What became of a challenger, as the tag of its training run says it."""


def with_verdict(decision: Decision, use_case: UseCase) -> tuple[Decision, str]:
    """What becomes of the challenger; the sentence of one that waits does not call it promoted."""
    if not decision.promote:
        return decision, NOT_PROMOTED
    if use_case.promotion.policy == "auto":
        return decision, PROMOTED
    passed = decision.sentence.replace("Promoted", "Passed", 1)
    return replace(decision, sentence=f"Waits for approval. {passed}"), WAITS


def by_training(
    *,
    tracking: KeptModels,
    use_case: UseCase,
    as_of: AsOf,
    decision: Decision,
    verdict: str,
    run: TrainedRun,
    origin: Mapping[str, str],
) -> ModelDecision:
    """What the gate decided about the version that a training or a comparison registered."""
    document = decision.document()
    return ModelDecision(
        use_case=use_case.name,
        act="training",
        as_of=as_of.day,
        model_name=tracking.registered_model(use_case.name),
        model_version=str(run.model_version),
        champion_version=None,
        run_id=run.run_id,
        promoted=verdict == PROMOTED,
        decided_by=origin.get("user") or origin.get("airflow_dag_id"),
        reason=decision.sentence,
        checks=document["checks"],
        figures=document["figures"],
    )


def by_person(
    act: Act,
    *,
    tracking: KeptModels,
    use_case: str,
    version: int,
    promoted: bool,
    who: str,
    reason: str,
) -> ModelDecision:
    """What a person decided about a version; BadInputError where there is no such version."""
    found = tracking.version_facts(use_case, version)
    return ModelDecision(
        use_case=use_case,
        act=act,
        as_of=found.as_of,
        model_name=tracking.registered_model(use_case),
        model_version=str(version),
        champion_version=None,
        run_id=found.run_id,
        promoted=promoted,
        decided_by=who,
        reason=reason,
    )


def tell(decision: ModelDecision, *, tracking: KeptModels) -> None:
    """Write what a person decided to the run and the page that it was about."""
    verdict = PROMOTED if decision.promoted else NOT_PROMOTED
    moment = datetime.now(UTC).isoformat(sep=" ", timespec="minutes")
    tracking.log_answer(
        run_id=decision.run_id,
        verdict=verdict,
        told=f"{moment}: {verdict}, {decision.act} by {decision.decided_by}: {decision.reason}",
    )


def carry_out(decision: ModelDecision, *, tracking: KeptModels, decisions: ModelDecisions) -> int:
    """Record a decision and, where it promotes, carry it out; the number of the record.

    The record comes first, and says afterwards since when the model is champion: whatever is
    killed in between leaves no champion that nobody decided on. A model that does not give what
    it gave when it was trained is not left as champion (ModelRefusedError).
    """
    before = tracking.champion_version(decision.use_case)
    known = replace(decision, champion_version=None if before is None else str(before))
    number = decisions.record(known)
    if decision.promoted:
        tracking.promote(use_case=decision.use_case, version=int(decision.model_version))
        decisions.took_effect(number)
    return number
