"""Which process is ours: a pid alone may have been given to another one since."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import psutil

from mkt_pipeline.stack.secret_file import write_private

TOLERANCE_SECONDS = 1.0
"""Start times are kept in clock ticks of 10 ms; a pid is not reused within a second."""


@dataclass(frozen=True)
class PidFile:
    """A process as it was started: ``age`` is its start in seconds after boot.

    Counted from boot because a clock that is set while the process runs shifts both times alike.
    ``fingerprint`` tells whether it was started with the settings of today.
    """

    pid: int
    age: float
    fingerprint: str

    @classmethod
    def of(cls, pid: int, fingerprint: str) -> Self:
        """Describe a process that was just started."""
        return cls(pid, _age(psutil.Process(pid)), fingerprint)

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """What the file says; None without a file. A half-written file counts as stale."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            return cls(pid=-1, age=0.0, fingerprint="")

    def write(self, path: Path) -> None:
        """Keep it for the next call of ``mkt``."""
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, json.dumps(asdict(self)))

    def process(self) -> psutil.Process | None:
        """The process, if it is alive and the same one."""
        if self.pid < 1:
            return None
        try:
            process = psutil.Process(self.pid)
            alive = process.status() != psutil.STATUS_ZOMBIE
            same = abs(_age(process) - self.age) <= TOLERANCE_SECONDS
        except psutil.NoSuchProcess:
            return None
        return process if alive and same else None


def _age(process: psutil.Process) -> float:
    return float(process.create_time() - psutil.boot_time())
