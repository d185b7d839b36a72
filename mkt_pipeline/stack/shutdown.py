"""Stopping the stack: all that was started, and nothing else."""

from collections.abc import Sequence

from mkt_pipeline.stack.deployment import Deployment
from mkt_pipeline.stack.launch import Tell, tell_stale
from mkt_pipeline.stack.pid_file import PidFile
from mkt_pipeline.stack.programs import PIECES
from mkt_pipeline.stack.stack_lock import stack_lock
from mkt_pipeline.stack.termination import terminate


def down(where: Deployment, *, only: Sequence[str] = PIECES, tell: Tell) -> tuple[str, ...]:
    """Stop these pieces where they run, wait until they are gone, and name those that ran.

    PostgreSQL goes last: the others write to it until their end.
    """
    if not where.home.is_dir():
        return ()
    with stack_lock(where):
        files = _pid_files(where, only)
        running = [piece for piece, file in files.items() if file.process()]
        for piece, file in files.items():
            if piece in running:
                tell(piece, "stopping")
            else:
                tell_stale(tell, piece, file)
        terminate(files.values())
        for piece in files:
            where.pid_file(piece).unlink(missing_ok=True)
        for piece in running:
            tell(piece, "done")
        return (*running, *(_postgres(where, tell) if "postgres" in only else ()))


def _pid_files(where: Deployment, pieces: Sequence[str]) -> dict[str, PidFile]:
    read = {piece: PidFile.read(where.pid_file(piece)) for piece in pieces}
    return {piece: file for piece, file in read.items() if file}


def _postgres(where: Deployment, tell: Tell) -> tuple[str, ...]:
    if not where.postgres.is_running():
        return ()
    tell("postgres", "stopping")
    where.postgres.stop()
    tell("postgres", "done")
    return ("postgres",)
