"""Stopping the stack: all that was started, and nothing else."""

from mkt_pipeline.stack.deployment import Deployment
from mkt_pipeline.stack.launch import Tell
from mkt_pipeline.stack.pid_file import PidFile
from mkt_pipeline.stack.programs import PIECES
from mkt_pipeline.stack.stack_lock import stack_lock
from mkt_pipeline.stack.termination import terminate


def down(where: Deployment, *, tell: Tell) -> tuple[str, ...]:
    """Stop every piece that runs, wait until it is gone, and name those that ran.

    PostgreSQL goes last: the others write to it until their end.
    """
    if not where.home.is_dir():
        return ()
    with stack_lock(where):
        files = _pid_files(where)
        running = [piece for piece, file in files.items() if file.process()]
        for piece, file in files.items():
            stale = f"its pid file was stale (pid {file.pid}), removed"
            tell(piece, "stopping" if piece in running else stale)
        terminate(files.values())
        for piece in files:
            where.pid_file(piece).unlink(missing_ok=True)
        return (*running, *_postgres(where, tell))


def _pid_files(where: Deployment) -> dict[str, PidFile]:
    read = {piece: PidFile.read(where.pid_file(piece)) for piece in PIECES}
    return {piece: file for piece, file in read.items() if file}


def _postgres(where: Deployment, tell: Tell) -> tuple[str, ...]:
    if not where.postgres.is_running():
        return ()
    tell("postgres", "stopping")
    where.postgres.stop()
    return ("postgres",)
