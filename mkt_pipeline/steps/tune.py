"""Step: search for the parameters of one candidate."""

from collections.abc import Mapping

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.tuned import Tuned
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.modelling.candidates import candidates_named
from mkt_pipeline.modelling.tuning import best_of
from mkt_pipeline.steps.stopwatch import Stopwatch
from mkt_pipeline.steps.training_preparation import prepare_training
from mkt_pipeline.tracking.server import Tracking


def tune_candidate(
    *,
    lake: Lake,
    tracking: Tracking,
    use_case: UseCase,
    as_of: AsOf,
    candidate: str,
    origin: Mapping[str, str],
) -> Tuned:
    """Make each trial a run in MLflow, where the training finds them; those there are not repeated.

    Candidates can so be tuned beside each other. Whether features seem to know the future is
    asked by the training, before anything comes of the trials.
    """
    (kind,) = candidates_named((candidate,))
    watch = Stopwatch()
    prepared = prepare_training(lake=lake, use_case=use_case, as_of=as_of, origin=origin)
    known = [one for one in prepared.known_trials(tracking) if one.candidate == kind.name]
    trials = prepared.tuning.run(kind, known=known, on_trial=prepared.remembering(tracking))
    best = best_of(trials)
    return Tuned(
        use_case=use_case.name,
        as_of=str(as_of),
        candidate=kind.name,
        title=kind.title,
        trials=len(trials),
        known=len(known),
        pruned=sum(trial.pruned for trial in trials),
        default=trials[0].mean,
        best=best.mean,
        parameters=dict(best.parameters),
        seconds=watch.seconds,
    )
