"""`mkt stack`: start, stop and look at the local PostgreSQL, MLflow and Airflow."""

import json
import os
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from mkt_pipeline.cli.progress_board import ProgressBoard
from mkt_pipeline.cli.stop_signals import stop_signals_interrupt
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.settings import load_settings
from mkt_pipeline.stack.airflow_config import ADMIN, admin_password
from mkt_pipeline.stack.deployment import Deployment, deployment
from mkt_pipeline.stack.environment import environment, told_to_airflow
from mkt_pipeline.stack.launch import up as launch
from mkt_pipeline.stack.programs import PIECES, airflow_command
from mkt_pipeline.stack.removal import remove as remove_written
from mkt_pipeline.stack.shutdown import down as shut_down
from mkt_pipeline.stack.status import PieceStatus
from mkt_pipeline.stack.status import status as state_of

app = typer.Typer(
    no_args_is_help=True,
    help="Start, stop and look at the local PostgreSQL, MLflow and Airflow.",
)

Only = Annotated[
    str | None,
    typer.Option(help=f"Only these pieces, separated by commas: {', '.join(PIECES)}."),
]


@app.command()
def up(only: Only = None) -> None:
    """Start what does not run yet, and wait until all of it answers."""
    console = Console()
    where = deployment(load_settings())
    board = ProgressBoard(console)
    with stop_signals_interrupt(), board.shown():
        launch(where, only=_pieces(only), tell=board.tell)
    for line in access(where, _pieces(only)):
        console.print(line, markup=False, soft_wrap=True)


@app.command()
def down(only: Only = None) -> None:
    """Stop all that was started, and nothing else."""
    console = Console()
    board = ProgressBoard(console)
    with board.shown():
        ended = shut_down(deployment(load_settings()), only=_pieces(only), tell=board.tell)
    console.print(f"stopped: {', '.join(ended)}" if ended else "nothing was running")


@app.command()
def remove() -> None:
    """Stop, and remove everything that was written under MKT_HOME, data included."""
    console = Console()
    where = deployment(load_settings())
    board = ProgressBoard(console)
    with board.shown():
        was_there = where.home.exists()
        kept = remove_written(where, tell=board.tell)
    what = "removed" if was_there else "nothing was there"
    if kept:
        what = f"kept what is not ours: {', '.join(kept)}"
    console.print(f"{where.home}: {what}", markup=False, highlight=False, soft_wrap=True)


@app.command()
def status(
    *, as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False
) -> None:
    """Show what runs, where it answers and where it writes; exit code 1 unless all of it is up."""
    pieces = state_of(deployment(load_settings()))
    if as_json:
        typer.echo(json.dumps([{**asdict(piece), "log": str(piece.log)} for piece in pieces]))
    else:
        Console().print(_table(pieces))
    raise typer.Exit(0 if all(piece.state == "up" for piece in pieces) else 1)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def airflow(context: typer.Context) -> None:
    """Run Airflow's own command line on the local stack, e.g. `mkt stack airflow dags list`."""
    told = told_to_airflow(deployment(load_settings()))
    command = airflow_command(*context.args)
    os.execve(command[0], command, environment(told))  # noqa: S606  # the user's own arguments


def access(where: Deployment, pieces: tuple[str, ...] = PIECES) -> tuple[str, ...]:
    """Where the two user interfaces are, and how to log in."""
    lines = []
    if "api-server" in pieces:
        log_in = f"user {ADMIN}, password {admin_password(where)}"
        lines.append(f"Airflow  http://127.0.0.1:{where.settings.airflow_port}  {log_in}")
    if "mlflow" in pieces:
        # Without the part behind #, a new browser shows MLflow's pages for language models.
        page = f"http://127.0.0.1:{where.settings.mlflow_port}/#/?workflowType=machine_learning"
        lines.append(f"MLflow   {page}  no log-in needed")
    return tuple(lines)


def _pieces(only: str | None) -> tuple[str, ...]:
    if only is None:
        return PIECES
    asked = tuple(part.strip() for part in only.split(",") if part.strip())
    if unknown := [piece for piece in asked if piece not in PIECES]:
        raise BadInputError(
            f"no piece of the stack is called {', '.join(unknown)}",
            remedy=f"choose from {', '.join(PIECES)}",
        )
    return asked


def _table(pieces: tuple[PieceStatus, ...]) -> Table:
    table = Table("piece", box=None)
    for heading in ("state", "pid", "address"):
        table.add_column(heading, no_wrap=True, overflow="ignore")
    # What does not fit is broken, never left out.
    table.add_column("log", overflow="fold", min_width=20)
    for piece in pieces:
        color = {"up": "green", "down": "dim"}.get(piece.state, "red")
        state = f"[{color}]{piece.state}[/]"
        table.add_row(piece.piece, state, str(piece.pid or ""), piece.address, str(piece.log))
    return table
