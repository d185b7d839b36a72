"""`mkt runs`: the latest publications of every use case."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from mkt_pipeline.cli.options import JsonOption, UseCaseOption
from mkt_pipeline.cli.pipeline import chosen, pipeline
from mkt_pipeline.cli.telling import print_json


def runs(
    use_case: UseCaseOption = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Publications a use case.")] = 14,
    as_json: JsonOption = False,
) -> None:
    """The latest nights: day, when published, rows, segments, model version, Airflow run."""
    steps = pipeline()
    past = {n: steps.campaign_database.publications(n, limit) for n in chosen(steps, use_case)}
    if as_json:
        print_json({name: [asdict(one) for one in found] for name, found in past.items()})
        return
    for name, found in past.items():
        table = Table(
            "as of", "published", "rows", "high", "medium", "low", "model", "state", "run"
        )
        table.title = name
        for one in found:
            counts = [f"{one.counts.get(segment, 0):,}" for segment in ("high", "medium", "low")]
            state = "current" if one.is_current else one.status
            table.add_row(
                str(one.as_of),
                f"{one.published_at:%Y-%m-%d %H:%M}",
                f"{one.rows:,}",
                *counts,
                one.model_version,
                state,
                one.airflow_run or "command line",
            )
        Console().print(table)
