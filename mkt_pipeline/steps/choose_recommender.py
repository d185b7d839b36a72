"""Step: compare the ways to recommend on past windows, and use the simplest that is not beaten."""

import logging
from collections.abc import Mapping, Sequence

from mkt_pipeline.campaign.model_decisions import ModelDecisions
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.chosen_method import ChosenMethod
from mkt_pipeline.contracts.recommender_report import RecommenderReport
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.modelling.gate import Decision
from mkt_pipeline.modelling.recommender_gate import (
    MEASURE,
    RecommenderEvidence,
    decide_recommender,
    simplest_not_beaten,
)
from mkt_pipeline.modelling.resampling import Resampled
from mkt_pipeline.segments.methods import BASELINES, methods_named
from mkt_pipeline.steps.features import timelines
from mkt_pipeline.steps.judged_window import JudgedWindow, judged_window
from mkt_pipeline.steps.promotion import PROMOTED, WAITS, by_training, carry_out, with_verdict
from mkt_pipeline.steps.recommend import UNCHOSEN, method_of
from mkt_pipeline.steps.recommender_pages import Compared, comparison_of, named
from mkt_pipeline.steps.recommender_windows import recommender_windows
from mkt_pipeline.steps.run_tags import run_tags
from mkt_pipeline.steps.stopwatch import Stopwatch
from mkt_pipeline.tracking.recommenders import Recommenders
from mkt_pipeline.tracking.server import Tracking
from mkt_pipeline.tracking.training_record import TrainedRun

log = logging.getLogger(__name__)

READ = ("customers", "products", "orders", "interactions")


def choose_recommender(
    *,
    lake: Lake,
    tracking: Tracking,
    decisions: ModelDecisions,
    use_case: UseCase,
    as_of: AsOf,
    origin: Mapping[str, str],
    dry_run: bool = False,
) -> RecommenderReport:
    """Choose on one past window, decide on the latest, register, and use it if it passes the gate.

    Purchases are read as known at ``as_of``. A dry run compares and registers nothing.
    """
    watch, kept = Stopwatch(), tracking.recommenders
    found = kept.chosen(use_case.name)
    in_use, told = _in_use(found)
    choice, latest = _judged(lake, use_case, as_of, in_use)
    compared = _compared(use_case, choice, latest, in_use, told)
    decision = decide_recommender(compared.evidence, use_case.promotion)
    decision, verdict = with_verdict(decision, use_case)
    before = found.version if found else None
    if dry_run:
        return _report(use_case, as_of, compared, decision, verdict, before, watch, kept, None)
    run = kept.log_comparison(
        use_case=use_case,
        as_of=as_of,
        comparison=comparison_of(use_case, as_of, compared, decision, verdict),
        tags=run_tags(lake=lake, latest=latest.as_of, origin=origin),
    )
    recorded = by_training(
        tracking=kept,
        use_case=use_case,
        as_of=as_of,
        decision=decision,
        verdict=verdict,
        run=run,
        origin=origin,
    )
    carry_out(recorded, tracking=kept, decisions=decisions)
    return _report(use_case, as_of, compared, decision, verdict, before, watch, kept, run)


def _in_use(found: ChosenMethod | None) -> tuple[ChosenMethod | None, str]:
    """What the choice has to beat, and in words what nights use.

    A way that this code lacks protects nobody: the choice then has to pass as a first one.
    """
    if found is None:
        return None, f"{UNCHOSEN.label}, which nobody had chosen"
    if method_of(found) is None:
        log.warning("%s is left out of the comparison, for this code lacks it", found.label)
        return None, f"{found.label}, which this code lacks"
    return found, found.label


def _judged(
    lake: Lake, use_case: UseCase, as_of: AsOf, in_use: ChosenMethod | None
) -> tuple[JudgedWindow, JudgedWindow]:
    methods = methods_named((*use_case.recommend.methods, *BASELINES))
    ways = [ChosenMethod(one.name, settings) for one in methods for settings in one.options]
    if in_use is not None and not any(in_use.same(one) for one in ways):
        ways.append(in_use)
    with lake.session() as session:
        first_day = lake.first_day(session).date()
        days = recommender_windows(use_case, as_of=as_of, first_day=first_day)
        # Once for both: which version follows which does not depend on the day.
        known = timelines(lake, session)
        versions = {n: session.materialise(known[n]) for n in READ if n in known}
        choice, latest = (
            judged_window(session, versions, use_case, as_of=day, known=as_of, methods=ways)
            for day in days
        )
    return choice, latest


def _compared(
    use_case: UseCase,
    choice: JudgedWindow,
    latest: JudgedWindow,
    in_use: ChosenMethod | None,
    told: str,
) -> Compared:
    seed = use_case.training.seed
    on_choice, on_latest = choice.resampled(seed=seed), latest.resampled(seed=seed)
    best = _best_settings(use_case, on_choice)
    probability = use_case.promotion.probability
    label = simplest_not_beaten(on_choice, [one.label for one in best], probability=probability)
    (chosen,) = (one for one in best if one.label == label)
    return Compared(
        chosen=chosen,
        best=best,
        in_use=in_use,
        before=told,
        windows=(choice.line, latest.line),
        on_choice=on_choice,
        evidence=RecommenderEvidence(
            drawn=on_latest,
            chosen=chosen.label,
            in_use=in_use.label if in_use else None,
            baselines=[one.label for one in best if one.name in BASELINES],
            seconds_per_million=latest.seconds[label] / latest.customers * 1e6,
        ),
    )


def _best_settings(use_case: UseCase, drawn: Resampled) -> Sequence[ChosenMethod]:
    """Each method with the settings that did best, in the order of simplicity."""
    return [
        max(
            (ChosenMethod(method.name, settings) for settings in method.options),
            key=lambda one: drawn.values[one.label, MEASURE],
        )
        for method in methods_named((*use_case.recommend.methods, *BASELINES))
    ]


def _report(
    use_case: UseCase,
    as_of: AsOf,
    compared: Compared,
    decision: Decision,
    verdict: str,
    before: int | None,
    watch: Stopwatch,
    kept: Recommenders,
    registered: TrainedRun | None,
) -> RecommenderReport:
    count = use_case.recommend.count
    return RecommenderReport(
        use_case.name,
        str(as_of),
        kept.kind,
        compared.chosen.label,
        compared.before,
        kept.registered_model(use_case.name),
        str(registered.model_version) if registered else "none",
        registered.run_id if registered else "",
        registered.url if registered else "",
        verdict == PROMOTED and registered is not None,
        verdict == WAITS and registered is not None,
        before,
        decision.sentence,
        compared.windows,
        {
            label: named({m: found.value for m, found in figures.items()}, count)
            for label, figures in decision.figures.items()
        },
        watch.seconds,
        registered is None,
    )
