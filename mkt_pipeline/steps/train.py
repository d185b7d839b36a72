"""Step: train a challenger, compare it on later data, and promote it only if it is better."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from mkt_pipeline.campaign.model_decisions import ModelDecisions
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.leaks import LeakReport
from mkt_pipeline.contracts.night import TrainingReport
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.modelling.baseline import Roles
from mkt_pipeline.modelling.candidate import Candidate
from mkt_pipeline.modelling.candidates import candidates_named
from mkt_pipeline.modelling.figures import Compared, figures
from mkt_pipeline.modelling.gate import Decision, decide
from mkt_pipeline.modelling.importance import importance
from mkt_pipeline.modelling.last_period import last_period_feature
from mkt_pipeline.modelling.leak_check import check_leaks, refuse_leaks
from mkt_pipeline.modelling.nobody import rows_of_nobody
from mkt_pipeline.modelling.outcome import TrainingOutcome, Window
from mkt_pipeline.modelling.propensity import propensity_of
from mkt_pipeline.modelling.reference_distribution import reference_distribution
from mkt_pipeline.modelling.training import train
from mkt_pipeline.modelling.tuning import nobody
from mkt_pipeline.steps.decision_pages import decision_pages
from mkt_pipeline.steps.gate_evidence import comparable_champion, gate_evidence
from mkt_pipeline.steps.promotion import PROMOTED, WAITS, by_training, carry_out, with_verdict
from mkt_pipeline.steps.run_notes import training_note
from mkt_pipeline.steps.stopwatch import Stopwatch
from mkt_pipeline.steps.training_data import TrainingData
from mkt_pipeline.steps.training_preparation import Prepared, prepare_training
from mkt_pipeline.steps.window_parts import window_parts
from mkt_pipeline.tracking.monitoring import Monitoring
from mkt_pipeline.tracking.names import PROPENSITY, registered_model
from mkt_pipeline.tracking.server import Tracking
from mkt_pipeline.tracking.training_record import DataIdentity, TrainedRun


def train_challenger(
    *,
    lake: Lake,
    tracking: Tracking,
    decisions: ModelDecisions,
    use_case: UseCase,
    as_of: AsOf,
    origin: Mapping[str, str],
    dry_run: bool = False,
) -> TrainingReport:
    """Train on past days, test on later ones, register, and promote what passes the gate.

    Outcomes are read as known at ``as_of``. A dry run compares and registers nothing. Refused:
    features that seem to know what was not known on the day. A search for parameters that was
    killed is taken up where it was.
    """
    candidates, watch = _candidates(use_case), Stopwatch()
    prepared = prepare_training(lake=lake, use_case=use_case, as_of=as_of, origin=origin)
    data = prepared.data
    leaks = _without_leaks(tracking, prepared, dry_run=dry_run)
    outcome = train(
        features=data.features,
        train=data.train,
        validation=data.validation,
        test=data.test,
        roles=Roles.of_window(max(use_case.windows_days)),
        last_period=last_period_feature(use_case.horizon_days, use_case.windows_days),
        tuning=prepared.tuning,
        candidates=candidates,
        season=data.season,
        known=() if dry_run else prepared.known_trials(tracking),
        on_trial=nobody if dry_run else prepared.remembering(tracking),
    )
    before = tracking.champion_version(use_case.name)
    champion = comparable_champion(tracking, use_case, data)
    parts = window_parts(use_case, data, outcome.test_propensity)
    evidence = gate_evidence(use_case, outcome, data, as_of, champion, parts)
    decision = decide(evidence, use_case.promotion)
    decision, verdict = with_verdict(decision, use_case)
    if dry_run:
        return _report(use_case, as_of, outcome, decision, verdict, before, watch, registered=None)
    run = _logged(tracking, lake, prepared, outcome, decision)
    tracking.log_leak_check(run_id=run.run_id, report=leaks)
    pages = decision_pages(
        use_case=use_case,
        outcome=outcome,
        data=data,
        decision=decision,
        verdict=verdict,
        champion=champion,
        leaks=leaks,
        selection=prepared.selection,
        parts=parts,
    )
    document = decision.document()
    tracking.log_decision(run_id=run.run_id, decision=document, verdict=verdict, pages=pages)
    recorded = by_training(
        tracking=tracking,
        use_case=use_case,
        as_of=as_of,
        decision=decision,
        verdict=verdict,
        run=run,
        origin=origin,
    )
    carry_out(recorded, tracking=tracking, decisions=decisions)
    return _report(use_case, as_of, outcome, decision, verdict, before, watch, registered=run)


def _candidates(use_case: UseCase) -> tuple[Candidate, ...]:
    try:
        return candidates_named(use_case.training.candidates)
    except BadInputError as error:
        problem = f"use case {use_case.name}, training: candidates: {error.problem}"
        raise BadInputError(problem, remedy=error.remedy) from error


def _without_leaks(tracking: Tracking, prepared: Prepared, *, dry_run: bool) -> LeakReport:
    """Refuse features that seem to know the future, also those that were dropped since; a failed
    run keeps the report.
    """
    data, use_case = prepared.whole, prepared.use_case
    report = check_leaks(
        features=data.features,
        train=data.train,
        test=data.test,
        evidence=data.evidence,
        limits=use_case.training.leaks,
    )
    if report.refused and not dry_run:
        tracking.log_refused_training(
            use_case=use_case, as_of=prepared.as_of, tags=prepared.tags, report=report
        )
    refuse_leaks(report)
    return report


def _logged(
    tracking: Tracking,
    lake: Lake,
    prepared: Prepared,
    outcome: TrainingOutcome,
    decision: Decision,
) -> TrainedRun:
    """The run of a training with its registered model, and what is held against it later."""
    use_case, as_of, data = prepared.use_case, prepared.as_of, prepared.data
    run = tracking.log_training(
        use_case=use_case,
        as_of=as_of,
        outcome=outcome,
        figures=_figures(outcome, data),
        tags=prepared.tags,
        data=_identity(lake, use_case, as_of, data),
        note=training_note(use_case, as_of, outcome, decision),
        study=prepared.study,
    )
    _log_reference(tracking, run.run_id, outcome, data)
    sample = rows_of_nobody(data.test.frame, seed=outcome.seed)
    tracking.log_load_check(run_id=run.run_id, frame=sample, model=outcome.chosen.model)
    return run


def _figures(outcome: TrainingOutcome, data: TrainingData) -> Mapping[str, Figure]:
    compared = Compared(data.test.label, outcome.test_propensity, outcome.baseline_propensity)
    table = importance(
        model=outcome.chosen.model, data=data.test, features=outcome.features, seed=outcome.seed
    )
    return figures(compared=compared, importance=table)


def _log_reference(
    tracking: Tracking, run_id: str, outcome: TrainingOutcome, data: TrainingData
) -> None:
    """Keep what nights will be compared with, should this model score them."""
    learned = reference_distribution(
        frame=data.train.frame,
        features=outcome.features,
        as_of=data.train.as_of,
        # Without the season, as nights are looked at.
        score=propensity_of(outcome.chosen.model, data.test.frame),
    )
    Monitoring(tracking.connection).log_reference(run_id=run_id, document=learned.document())


def _identity(lake: Lake, use_case: UseCase, as_of: AsOf, data: TrainingData) -> DataIdentity:
    versions = ",".join(f"{name}@{v}" for name, v in lake.log_versions().items())
    return DataIdentity(
        f"{use_case.name}-{as_of}", data.digest, data.rows, f"{lake.uri}/crm?versions={versions}"
    )


def _report(
    use_case: UseCase,
    as_of: AsOf,
    outcome: TrainingOutcome,
    decision: Decision,
    verdict: str,
    before: int | None,
    watch: Stopwatch,
    *,
    registered: TrainedRun | None,
) -> TrainingReport:
    return TrainingReport(
        use_case.name,
        str(as_of),
        PROPENSITY,
        outcome.chosen.name,
        registered_model(use_case.name),
        str(registered.model_version) if registered else "none",
        registered.run_id if registered else "",
        registered.url if registered else "",
        verdict == PROMOTED and registered is not None,
        verdict == WAITS and registered is not None,
        before,
        decision.sentence,
        tuple(_window_line(window) for window in outcome.windows),
        {trained.name: dict(trained.validation) for trained in outcome.candidates},
        dict(outcome.test),
        dict(outcome.baseline_test),
        watch.seconds,
        registered is None,
    )


def _window_line(window: Window) -> str:
    days = str(window.first) if window.dates == 1 else f"{window.first} to {window.last}"
    return (
        f"{window.name}: {days} ({window.dates} dates), {window.rows:,} rows,"
        f" {window.positives:,} with the event ({window.positives / window.rows:.2%})"
    )
