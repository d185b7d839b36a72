"""Options that several commands share."""

from typing import Annotated

import typer

AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="The day, YYYY-MM-DD; today by default.")
]
UseCaseOption = Annotated[
    str | None, typer.Option("--use-case", help="One use case; all configured ones by default.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document for scripts.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Do all the work and report it, but write nothing.")
]
