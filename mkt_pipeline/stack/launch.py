"""Starting the stack: all of it or nothing, and only what does not run yet."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from mkt_pipeline.errors import StackError
from mkt_pipeline.stack.airflow_api import AirflowApi
from mkt_pipeline.stack.airflow_config import write_airflow_config
from mkt_pipeline.stack.airflow_database import migrate, needs_migration
from mkt_pipeline.stack.airflow_pools import ensure_pools
from mkt_pipeline.stack.deployment import DATABASES, Deployment
from mkt_pipeline.stack.health import is_healthy
from mkt_pipeline.stack.pid_file import PidFile
from mkt_pipeline.stack.ports import refuse_taken
from mkt_pipeline.stack.preflight import full_disk_told, refuse_full_disk, refuse_missing_modules
from mkt_pipeline.stack.program import Program, last_words, start
from mkt_pipeline.stack.programs import (
    AIRFLOW_PIECES,
    PIECES,
    airflow_program,
    mlflow_server,
    port_settings,
)
from mkt_pipeline.stack.stack_lock import stack_lock
from mkt_pipeline.stack.termination import terminate
from mkt_pipeline.wiring.unfinished_restore import refuse_unfinished_restore

Tell = Callable[[str, str], None]
"""Called with a piece and what happens to it: starting, migrating, ready, already up, ..."""

HEALTHY_WITHIN_SECONDS = 180.0
"""A cold start on two slow cores takes 60 s."""

PAUSE_SECONDS = 0.2


@dataclass
class _Launch:
    where: Deployment
    tell: Tell
    started: list[PidFile] = field(default_factory=list)
    waiting: dict[str, PidFile] = field(default_factory=dict)
    postgres_started: bool = False


def up(where: Deployment, *, only: Sequence[str] = PIECES, tell: Tell) -> tuple[str, ...]:
    """Start these pieces, wait until each is healthy, and name those that were started.

    A piece that runs with the same settings is kept, one with other settings is started afresh.
    On any failure, and on Ctrl-C, what this call started is stopped again.
    """
    pieces = [piece for piece in PIECES if piece in only or piece == "postgres"]
    refuse_missing_modules()
    refuse_full_disk(where.home)
    if pieces != ["postgres"]:  # that alone is what a restore needs
        refuse_unfinished_restore(where.home)
    with full_disk_told(where.home), stack_lock(where), _all_or_nothing(where, tell) as launch:
        _refuse_taken_ports(where, pieces)
        names = ["postgres"] if _postgres(launch) else []
        if "mlflow" in pieces:
            _ensure(launch, [mlflow_server(where)])
        if wanted := [piece for piece in AIRFLOW_PIECES if piece in pieces]:
            _airflow(launch, wanted)
        names += [piece for piece in pieces if piece in launch.waiting]
        _wait(launch)
        if "api-server" in pieces:
            ensure_pools(AirflowApi(where))
    return tuple(names)


def tell_stale(tell: Tell, piece: str, file: PidFile) -> None:
    """Say that a pid file was left by a process that is gone."""
    tell(f"{piece} pid file", f"done: it was stale (no process {file.pid} of ours), removed")


@contextmanager
def _all_or_nothing(where: Deployment, tell: Tell) -> Iterator[_Launch]:
    launch = _Launch(where, tell)
    try:
        yield launch
    except BaseException:
        _undo(launch)
        raise


def _undo(launch: _Launch) -> None:
    if launch.started or launch.postgres_started:
        launch.tell("stack", "stopping what was started")
    terminate(launch.started)
    for piece, file in launch.waiting.items():
        if file in launch.started:
            launch.where.pid_file(piece).unlink(missing_ok=True)
    if launch.postgres_started:
        launch.where.postgres.stop()


def _refuse_taken_ports(where: Deployment, pieces: Sequence[str]) -> None:
    """Refuse before anything is started, rather than to stop half of it again."""
    if not where.postgres.is_running():
        refuse_taken(where.postgres.port, piece="postgres", setting="MKT_POSTGRES_PORT")
    for piece, (port, setting) in port_settings(where).items():
        # A piece of ours, even one that died, is dealt with when its turn comes.
        if piece in pieces and PidFile.read(where.pid_file(piece)) is None:
            refuse_taken(port, piece=piece, setting=setting)


def _postgres(launch: _Launch) -> bool:
    server = launch.where.postgres
    if server.is_running():
        if server.running_port() == server.port:
            launch.tell("postgres", "already up")
            return False
        launch.tell("postgres", f"moving to port {server.port}")
        server.stop()
    refuse_taken(server.port, piece="postgres", setting="MKT_POSTGRES_PORT")
    launch.tell("postgres", "starting")
    launch.postgres_started = True
    server.start()
    for name in DATABASES:
        server.create_database(name)
    launch.tell("postgres", "ready")
    return True


def _airflow(launch: _Launch, pieces: Sequence[str]) -> None:
    where = launch.where
    write_airflow_config(where)
    if needs_migration(where):
        launch.tell("airflow database", "migrating")
        migrate(where)
        launch.tell("airflow database", "ready")
    _ensure(launch, [airflow_program(where, piece) for piece in pieces])


def _ensure(launch: _Launch, programs: Sequence[Program]) -> None:
    """Start the programs, except those that run already as they would be started now."""
    wanted = [program for program in programs if not _runs(launch, program)]
    known = [PidFile.read(launch.where.pid_file(program.name)) for program in wanted]
    terminate(file for file in known if file)
    for program in wanted:
        launch.where.pid_file(program.name).unlink(missing_ok=True)
        if program.port and program.port_setting:
            refuse_taken(program.port, piece=program.name, setting=program.port_setting)
    for program in wanted:
        launch.tell(program.name, "starting")
        file = start(program, launch.where)
        launch.started.append(file)
        launch.waiting[program.name] = file


def _runs(launch: _Launch, program: Program) -> bool:
    known = PidFile.read(launch.where.pid_file(program.name))
    if known is None:
        return False
    if known.process() is None:
        tell_stale(launch.tell, program.name, known)
        return False
    if known.fingerprint != program.fingerprint:
        launch.tell(program.name, "settings changed, stopping")
        return False
    launch.tell(program.name, "already up")
    return True


def _wait(launch: _Launch) -> None:
    """Wait until every piece is healthy; one that dies or takes too long is an error."""
    deadline = time.monotonic() + HEALTHY_WITHIN_SECONDS
    waiting = dict(launch.waiting)
    while waiting:
        for piece, file in list(waiting.items()):
            _refuse_dead(launch, piece, file)
            if is_healthy(launch.where, piece):
                launch.tell(piece, "ready")
                del waiting[piece]
        if waiting and time.monotonic() > deadline:
            raise _failed(
                launch, next(iter(waiting)), f"not ready in {HEALTHY_WITHIN_SECONDS:.0f} s"
            )
        time.sleep(PAUSE_SECONDS)


def _refuse_dead(launch: _Launch, piece: str, file: PidFile) -> None:
    if file.process() is None:
        raise _failed(launch, piece, "ended while it started")


def _failed(launch: _Launch, piece: str, what: str) -> StackError:
    log = launch.where.log(piece)
    return StackError(f"{piece} {what}: {last_words(log)}", remedy=f"read {log}")
