"""`mkt runs`: the latest publications of every use case."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from mkt_pipeline.cli.options import JsonOption, UseCaseOption
from mkt_pipeline.cli.pipeline import chosen, pipeline
from mkt_pipeline.cli.telling import PUBLISH_A_NIGHT, nothing_published, print_json
from mkt_pipeline.contracts.segment_names import SEGMENTS

if TYPE_CHECKING:
    from mkt_pipeline.campaign.publication import PastPublication, Switch

WIDE = 120
"""Columns from which on the name of the Airflow run finds room; it is always in --json."""


def runs(
    use_case: UseCaseOption = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Publications a use case.")] = 14,
    as_json: JsonOption = False,
) -> None:
    """The latest nights: day, when published, rows, segments, model version, state.

    Below them why nights were held and what was decided, and the rollbacks.
    """
    steps = pipeline()
    names = chosen(steps, use_case)
    database = steps.campaign_database
    past = {name: database.publications(name, limit) for name in names}
    if as_json:
        print_json({name: [asdict(one) for one in found] for name, found in past.items()})
        return
    console = Console()
    for name, found in past.items():
        if found:
            console.print(publications_table(name, found, width=console.width))
            for line in state_lines(found, database.switches(name, limit)):
                console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            typer.echo(f"{nothing_published([name])} → {PUBLISH_A_NIGHT}")


def publications_table(name: str, found: Sequence["PastPublication"], *, width: int) -> Table:
    """One line for each publication, in 80 columns up to nine million customers."""
    wide = width >= WIDE
    crowded = any(one.rows >= 1_000_000 for one in found) and not wide
    table = Table(
        title=f"{name} (times in UTC)",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 0 if crowded else 1, 0, 0),
    )
    for heading in ("as of", "published"):
        table.add_column(heading, no_wrap=True)
    for heading in ("rows", "high", "medium", "low", "model"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("state", no_wrap=True)
    if wide:
        table.add_column("run", overflow="fold")
    for one in found:
        cells = _cells(one)
        table.add_row(*cells if wide else cells[:-1])
    return table


def state(one: "PastPublication") -> str:
    """What became of a publication, in a word that finds room."""
    if one.is_current:
        return "current"
    if one.rows_removed_at is not None and one.status in ("published", "rolled_back"):
        return "no rows"
    return "withdrawn" if one.status == "rolled_back" else one.status


def state_lines(found: Sequence["PastPublication"], switches: Sequence["Switch"]) -> list[str]:
    """Why nights were held and what was decided about them; the rollbacks, the latest first."""
    lines = [held_line(one) for one in found if one.status == "held"]
    lines += [_decision(one) for one in found if one.decision]
    return lines + [rollback_line(one) for one in switches if one.cause == "rollback"]


def held_line(one: "PastPublication") -> str:
    """Which limits a held night broke, and how to decide about it."""
    which = f"--use-case {one.use_case} --as-of {one.as_of}"
    return (
        f"{one.as_of} is held: {'; '.join(one.broken)} →"
        f' `mkt publish --release --reason "..." {which}` or `mkt publish --reject {which}`'
    )


def rollback_line(one: "Switch") -> str:
    """From where to where, by whom and why."""
    return (
        f"{one.switched_at:%Y-%m-%d %H:%M} rolled back from {one.previous_as_of} to {one.as_of}"
        f" by {one.switched_by}: {one.reason}"
    )


def _decision(one: "PastPublication") -> str:
    why = f": {one.decision_reason}" if one.decision_reason else ""
    return f"{one.as_of} was held and {one.decision} by {one.decided_by}{why}"


def _cells(one: "PastPublication") -> list[str]:
    counts = [f"{one.counts.get(segment, 0):,}" for segment in SEGMENTS]
    return [
        str(one.as_of),
        f"{one.published_at:%Y-%m-%d %H:%M}",
        f"{one.rows:,}",
        *counts,
        one.model_version,
        state(one),
        one.airflow_run or "command line",
    ]
