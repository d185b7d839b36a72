"""`mkt doctor`: is everything a night leans on in order, and what to do where it is not."""

from dataclasses import asdict

import typer
from rich.console import Console
from rich.text import Text

from mkt_pipeline.cli.options import JsonOption
from mkt_pipeline.cli.pipeline import pipeline
from mkt_pipeline.cli.telling import print_json
from mkt_pipeline.contracts.finding import Finding
from mkt_pipeline.errors import FailNowError, StackError
from mkt_pipeline.settings import load_settings

MARKS = {"fine": ("✓", "green"), "warning": ("!", "yellow"), "problem": ("✗", "red")}


def doctor(as_json: JsonOption = False) -> None:
    """Check versions, disk, connections, rights, clocks, champions and pending migrations.

    Changes nothing. Exit code 0 where a night may run, also with warnings, and 70 where it may not.
    """
    # Imported late, so that `--help` and the other commands stay quick.
    from mkt_pipeline.steps.doctor import examine
    from mkt_pipeline.wiring.doctor import checks, checks_without_databases

    try:
        found = examine(checks(pipeline()))
    except StackError as error:
        # What needs no database is looked at all the same.
        stack = Finding("stack", "problem", error.problem, error.remedy)
        found = (*examine(checks_without_databases(load_settings())), stack)
    if as_json:
        print_json([asdict(finding) for finding in found])
    else:
        console = Console()
        for finding in found:
            console.print(_line(finding), soft_wrap=True)
    if any(finding.state == "problem" for finding in found):
        raise typer.Exit(FailNowError.exit_code)


def _line(finding: Finding) -> Text:
    mark, color = MARKS[finding.state]
    remedy = f" → {finding.remedy}" if finding.remedy else ""
    return Text.assemble((f"{mark} ", color), f"{finding.subject}: {finding.what}{remedy}")
