"""A comparison of ways to recommend that was never made, for tests against a real MLflow."""

from collections.abc import Mapping

from small_training import AS_OF, TAGS, use_case

from mkt_pipeline.contracts.chosen_method import ChosenMethod
from mkt_pipeline.tracking import Tracking, TrainedRun
from mkt_pipeline.tracking.recommender_record import ComparedMethod, Comparison

FIGURES = {"ndcg_at_3": 0.3, "recall_at_3": 0.25, "coverage": 0.5}


def comparison(
    method: str = "popularity", settings: Mapping[str, float] | None = None
) -> Comparison:
    """One whose chosen way is this one."""
    chosen = ChosenMethod(method, settings or {})
    return Comparison(
        chosen=chosen,
        compared=[ComparedMethod(chosen, FIGURES, FIGURES, is_chosen=True)],
        parameters={"as_of": AS_OF, "chosen": chosen.label},
        metrics=FIGURES,
        table={"method": [chosen.label], "ndcg_at_3": [0.3]},
        recipe={"method": method, "settings": dict(chosen.settings)},
        decision={"sentence": "Promoted: it is the only one.", "checks": [], "figures": {}},
        verdict="promoted",
        pages={"decision.md": "# Buys again, recommended products: promoted\n"},
        note="One way was compared.",
        is_challenger=True,
    )


def log_comparison(tracking: Tracking, name: str, found: Comparison) -> TrainedRun:
    """Log it and register what it chose."""
    return tracking.recommenders.log_comparison(
        use_case=use_case(name), as_of=AS_OF, comparison=found, tags=TAGS
    )
