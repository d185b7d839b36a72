"""What is written for people beside a decision of the gate."""

from mkt_pipeline.contracts.leaks import LeakReport
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.modelling.decision_document import decision_markdown
from mkt_pipeline.modelling.feature_selection import Selection
from mkt_pipeline.modelling.gate import Decision
from mkt_pipeline.modelling.outcome import TrainingOutcome
from mkt_pipeline.modelling.slices import slices_markdown
from mkt_pipeline.modelling.stand_ins import stand_ins
from mkt_pipeline.steps.training_data import TrainingData
from mkt_pipeline.steps.window_parts import WindowParts
from mkt_pipeline.tracking.champion import Champion


def decision_pages(
    *,
    use_case: UseCase,
    outcome: TrainingOutcome,
    data: TrainingData,
    decision: Decision,
    verdict: str,
    champion: Champion | None,
    leaks: LeakReport,
    selection: Selection | None,
    parts: WindowParts,
) -> dict[str, str]:
    """Pages by file name: the decision, every slice of the test window, and the evidence for and
    against each feature where features were selected.

    Slices look at all features, also those that no model may use or has a use for.
    """
    page = decision_markdown(
        use_case=use_case,
        outcome=outcome,
        decision=decision,
        verdict=verdict,
        champion=None if champion is None else f"version {champion.version}",
        leaks=leaks.verdict,
        segments=parts.segments,
        slices=parts.slices,
        stand_ins=stand_ins(
            frame=data.test.frame,
            features=outcome.features,
            attributes=data.watched_test,
            seed=outcome.seed,
        ),
    )
    pages = {"decision.md": page, "slices.md": slices_markdown(parts.slices)}
    if selection:
        table = selection.table().to_csv(index=False, float_format="%.5g")
        pages["feature_selection.csv"] = table
    return pages
