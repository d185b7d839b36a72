"""Step: make a model champion, recorded before and checked after."""

from dataclasses import replace

from mkt_pipeline.campaign.model_decisions import Act, ModelDecision, ModelDecisions
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.modelling.gate import Decision
from mkt_pipeline.tracking.kept_models import KeptModels

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
