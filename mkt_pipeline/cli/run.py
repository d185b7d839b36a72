"""`mkt run`: the whole thing by one command, through the real scheduler."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated

import typer
from rich.console import Console

from mkt_pipeline.cli.progress_board import ProgressBoard
from mkt_pipeline.cli.stop_signals import stop_signals_interrupt
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.settings import load_settings
from mkt_pipeline.stack.addresses import addresses
from mkt_pipeline.stack.airflow_api import AirflowApi, DagRun
from mkt_pipeline.stack.dag_following import (
    Begun,
    end_runs,
    run_chain,
    run_dag,
    wait_for_dags,
)
from mkt_pipeline.stack.deployment import Deployment, deployment
from mkt_pipeline.stack.launch import up
from mkt_pipeline.stack.programs import PIECES
from mkt_pipeline.stack.shutdown import down
from mkt_pipeline.wiring.use_cases import use_cases_of

TRAINING = "propensity_training"

NIGHT = ("crm_extract", "customer_features", "nightly_scoring")
"""The DAGs of a night, each woken by the one before it."""

SAMPLE_CUSTOMERS = 50_000


def run(
    as_of: Annotated[
        str | None, typer.Option(help="Day of the night, YYYY-MM-DD; today by default.")
    ] = None,
    customers: Annotated[
        int, typer.Option(min=500, help="Customers of the sample, where one is loaded.")
    ] = SAMPLE_CUSTOMERS,
) -> None:
    """Start everything, train where no champion is, run one night and show what it brought.

    Where MKT_AIRFLOW_URL names an Airflow that runs elsewhere, nothing is started here.
    """
    # Imported late, so that `--help` and the other commands stay quick.
    from mkt_pipeline.cli.run_summary import show, summary

    settings = load_settings()
    where, console = deployment(settings), Console()
    day = str(settings.as_of(as_of))
    use_cases = use_cases_of(settings)
    board = ProgressBoard(console)
    with board.shown(), _nothing_left_half_way(where, board) as begin:
        if settings.airflow_url is None:
            # Before the scheduler runs, which may find that a night is due at once.
            begin.start("postgres")
            _load_sample(where, board, customers)
            begin.start(*PIECES)
        api = AirflowApi(where)
        board.tell("DAGs", "being read by Airflow")
        wait_for_dags(api, (TRAINING, *NIGHT))
        board.tell("DAGs", "ready")
        with begin.runs(api) as begun:
            if _without_champion(where, use_cases):
                run_dag(api, TRAINING, key=day, watch=board.step, begun=begun)
            run_chain(api, NIGHT, key=day, watch=board.step, begun=begun)
    show(console, where, summary(where, use_cases))


@dataclass
class _Started:
    """What this command has started, to be ended with it."""

    where: Deployment
    board: ProgressBoard
    pieces: set[str] = field(default_factory=set)

    def start(self, *pieces: str) -> None:
        """Start those of the pieces that do not run."""
        self.pieces.update(up(self.where, only=pieces, tell=self.board.tell))

    @contextmanager
    def runs(self, api: AirflowApi) -> Iterator[Begun]:
        """Yield what notes a run as ours; on Ctrl-C, ours are ended in Airflow, no others."""
        ours: list[DagRun] = []
        try:
            yield ours.append
        except KeyboardInterrupt:
            for dag_id in end_runs(api, ours):
                self.board.tell(dag_id, "done: its run was ended in Airflow")
            raise


@contextmanager
def _nothing_left_half_way(where: Deployment, board: ProgressBoard) -> Iterator[_Started]:
    """Yield what starts things; on Ctrl-C, end what it started, and only that.

    After a failed task the stack stays up: its logs and user interfaces tell why.
    """
    begun = _Started(where, board)
    with stop_signals_interrupt():
        try:
            yield begun
        except KeyboardInterrupt:
            ours = [piece for piece in PIECES if piece in begun.pieces]
            down(where, only=ours, tell=board.tell)
            if kept := [piece for piece in PIECES if piece not in ours]:
                names = ", ".join(kept)
                board.tell("stack", f"done: {names} left as found; `make down` stops all")
            raise


def _load_sample(where: Deployment, board: ProgressBoard, customers: int) -> None:
    settings = where.settings
    if settings.crm_url is not None or where.postgres.has_tables("crm"):
        return
    if settings.source != "dealership":
        raise BadInputError(
            f"source {settings.source} has no CRM: MKT_CRM_URL is not set, the sample CRM is empty",
            remedy="set MKT_CRM_URL, or load a sample with `mkt sample load`",
        )
    from mkt_pipeline.samples.dealership import load_dealership

    board.tell("sample CRM", f"writing {customers:,} customers")
    load_dealership(url=addresses(settings).crm, customers=customers, until=settings.current_day)
    board.tell("sample CRM", f"done, {customers:,} customers")


def _without_champion(where: Deployment, use_cases: Sequence[UseCase]) -> bool:
    from mkt_pipeline.tracking.server import Tracking

    tracking = Tracking(addresses(where.settings).mlflow)
    return any(tracking.champion_version(use_case.name) is None for use_case in use_cases)
