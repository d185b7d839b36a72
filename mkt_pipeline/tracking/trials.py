"""Trials of a search as runs, from which a search that was killed is taken up again."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from mkt_pipeline.contracts.trial import Trial
from mkt_pipeline.tracking.runs import PARENT_TAG, Runs

STUDY_TAG = "study"
"""Tag of a trial and of its training: the same for the same search over the same data."""

TRIAL_TAG = "trial"
"""Tag of a trial: all of it as JSON, for MLflow keeps parameters as text."""

_PAGE = 500


def log_trial(
    runs: Runs, *, experiment_id: str, study: str, trial: Trial, tags: Mapping[str, str]
) -> None:
    """A run of its own for one trial; its candidate's run adopts it at the end of the training."""
    own = {
        **tags,
        STUDY_TAG: study,
        TRIAL_TAG: json.dumps(asdict(trial), sort_keys=True),
        "candidate": trial.candidate,
        "pruned": "yes" if trial.pruned else "no",
    }
    folds = {f"fold_{n}": value for n, value in enumerate(trial.figures, start=1)}
    # One that was pruned has no mean of all folds, and would look better or worse than it is.
    mean = {} if trial.pruned else {"mean_average_precision": trial.mean}
    with runs.open(experiment_id, name=f"{trial.candidate} {trial.number}", tags=own) as run_id:
        runs.log(
            run_id,
            metrics={**folds, **mean, "seconds": trial.seconds},
            parameters=trial.parameters,
        )


def known_trials(runs: Runs, *, experiment_id: str, study: str) -> tuple[Trial, ...]:
    """The trials of a study that ended, by candidate in their order, as far as none is missing."""
    found: dict[tuple[str, int], Trial] = {}
    for run in _runs_of(runs, experiment_id, study):
        told = json.loads(run.data.tags[TRIAL_TAG])
        trial = Trial(**{**told, "figures": tuple(told["figures"])})
        found.setdefault((trial.candidate, trial.number), trial)
    candidates = dict.fromkeys(name for name, _ in sorted(found))
    return tuple(trial for name in candidates for trial in _unbroken(found, name))


def adopt_trials(runs: Runs, *, experiment_id: str, study: str, candidate: str, by: str) -> None:
    """Put the trials of a candidate below its run; those of an earlier training stay there."""
    for run in _runs_of(runs, experiment_id, study):
        if run.data.tags["candidate"] == candidate and PARENT_TAG not in run.data.tags:
            runs.client.set_tag(run.info.run_id, PARENT_TAG, by)


def _unbroken(found: Mapping[tuple[str, int], Trial], candidate: str) -> list[Trial]:
    trials: list[Trial] = []
    while (candidate, len(trials)) in found:
        trials.append(found[candidate, len(trials)])
    return trials


def _runs_of(runs: Runs, experiment_id: str, study: str) -> list[Any]:
    search = partial(
        runs.client.search_runs,
        [experiment_id],
        f"tags.{STUDY_TAG} = '{study}' AND tags.{TRIAL_TAG} LIKE '%'"
        " AND attributes.status = 'FINISHED'",
        max_results=_PAGE,
        order_by=["attributes.start_time ASC"],
    )
    page = search()
    found = list(page)
    while page.token:
        page = search(page_token=page.token)
        found += list(page)
    return found
