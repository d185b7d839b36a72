"""Runs that nobody needs any more: old scorings go, and what was killed is ended."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mkt_pipeline.tracking.connection import Connection

_PAGE = 500

SCORING = "scoring/"
SCORERS = (SCORING, "monitoring/")
"""What the names of experiments begin with that the scorer writes."""


@dataclass(frozen=True)
class RunsUpkeep:
    """Scoring runs that were removed, and runs of killed processes that were ended."""

    removed: int
    ended: int


def tidy_runs(
    server: Connection, *, before: datetime, lost_before: datetime, dry_run: bool
) -> RunsUpkeep:
    """Remove scoring runs that began before ``before``; MLflow keeps them until its `gc`.

    Trainings stay, and whatever a registered version points to. Runs that say that they are running
    and began before ``lost_before`` are marked as killed: their process could tell nobody.
    Each is done as the user whose experiment it is.
    """
    client = server.client
    with server.asking():
        lost, old = _lost_runs(client, lost_before), _old_scoring_runs(client, before)
    if not dry_run:
        for name, run_id in lost:
            with server.asking("scorer" if name.startswith(SCORERS) else "trainer"):
                client.set_terminated(run_id, "KILLED")
        with server.asking():
            for run_id in old:
                client.delete_run(run_id)
    return RunsUpkeep(len(old), len(lost))


def _lost_runs(client: Any, before: datetime) -> list[tuple[str, str]]:  # noqa: ANN401 - untyped
    """Name of the experiment and id of each."""
    experiments = {one.experiment_id: one.name for one in _pages(client.search_experiments)}
    filters = f"attributes.status = 'RUNNING' AND attributes.start_time < {_milliseconds(before)}"
    found = _pages(
        client.search_runs,
        experiment_ids=list(experiments),
        filter_string=filters,
        max_results=_PAGE,
    )
    return [(experiments[run.info.experiment_id], run.info.run_id) for run in found]


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _old_scoring_runs(client: Any, before: datetime) -> list[str]:  # noqa: ANN401 - untyped
    """The scoring runs that began before ``before`` and that no registered version points to."""
    kept = {version.run_id for version in _pages(client.search_model_versions, max_results=_PAGE)}
    experiments = [
        one.experiment_id
        for one in _pages(client.search_experiments, filter_string=f"name LIKE '{SCORING}%'")
    ]
    if not experiments:
        return []
    found = _pages(
        client.search_runs,
        experiment_ids=experiments,
        filter_string=f"attributes.start_time < {_milliseconds(before)}",
        max_results=_PAGE,
    )
    return [run.info.run_id for run in found if run.info.run_id not in kept]


def _pages(search: Any, **arguments: Any) -> Iterator[Any]:  # noqa: ANN401 - untyped
    page = search(**arguments)
    yield from page
    while page.token:
        page = search(**arguments, page_token=page.token)
        yield from page
