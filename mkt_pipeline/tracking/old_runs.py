"""Scoring runs that are old enough to go; trainings and whatever a version points to stay."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

_PAGE = 500


def old_scoring_runs(client: Any, before: datetime) -> list[str]:  # noqa: ANN401 - untyped
    """The scoring runs that began before ``before`` and that no registered version points to."""
    kept = {version.run_id for version in _pages(client.search_model_versions, max_results=_PAGE)}
    experiments = [
        one.experiment_id
        for one in _pages(client.search_experiments, filter_string="name LIKE 'scoring/%'")
    ]
    if not experiments:
        return []
    moment = int(before.timestamp() * 1000)
    found = _pages(
        client.search_runs,
        experiment_ids=experiments,
        filter_string=f"attributes.start_time < {moment}",
        max_results=_PAGE,
    )
    return [run.info.run_id for run in found if run.info.run_id not in kept]


def _pages(search: Any, **arguments: Any) -> Iterator[Any]:  # noqa: ANN401 - untyped
    page = search(**arguments)
    yield from page
    while page.token:
        page = search(**arguments, page_token=page.token)
        yield from page
