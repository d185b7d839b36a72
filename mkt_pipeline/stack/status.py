"""What runs, where it answers, and where it writes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mkt_pipeline.stack.deployment import Deployment
from mkt_pipeline.stack.health import is_healthy
from mkt_pipeline.stack.pid_file import PidFile
from mkt_pipeline.stack.programs import PIECES

State = Literal["up", "not answering", "stale pid file", "down"]


@dataclass(frozen=True)
class PieceStatus:
    """One piece; ``pid`` is None where it does not run, ``address`` where it has none."""

    piece: str
    state: State
    pid: int | None
    address: str | None
    log: Path


def status(where: Deployment) -> tuple[PieceStatus, ...]:
    """The state of every piece, in the order of their start."""
    return tuple(_piece(where, piece) for piece in PIECES)


def _piece(where: Deployment, piece: str) -> PieceStatus:
    pid, state = _postgres(where) if piece == "postgres" else _process(where, piece)
    return PieceStatus(piece, state, pid, _address(where, piece), where.log(piece))


def _postgres(where: Deployment) -> tuple[int | None, State]:
    pid = where.postgres.pid()
    return (pid, "up") if pid else (None, "down")


def _process(where: Deployment, piece: str) -> tuple[int | None, State]:
    file = PidFile.read(where.pid_file(piece))
    if file is None:
        return None, "down"
    if file.process() is None:
        return None, "stale pid file"
    return file.pid, "up" if is_healthy(where, piece) else "not answering"


def _address(where: Deployment, piece: str) -> str | None:
    known = {
        "postgres": f"127.0.0.1:{where.settings.postgres_port}",
        "mlflow": f"http://127.0.0.1:{where.settings.mlflow_port}",
        "api-server": f"http://127.0.0.1:{where.settings.airflow_port}",
    }
    return known.get(piece)
