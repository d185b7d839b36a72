"""A command with its seconds and the highest memory of all its processes together."""

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from resource import RLIMIT_AS, setrlimit

import psutil

EVERY_SECONDS = 0.1


class CommandFailedError(RuntimeError):
    """A command ended with an error."""


@dataclass(frozen=True)
class Measured:
    """``peak_mb`` sums the resident memory of the process and its children, ten times a second."""

    seconds: float
    peak_mb: float
    output: str


def measured(
    command: Sequence[str], *, environment: Mapping[str, str], memory_share: float | None = None
) -> Measured:
    """Run a command to its end; a failure is raised with the last words of its output.

    With ``memory_share`` it may not ask for more than this share of the machine's memory, so that
    what does not fit ends by itself and takes nobody else with it.
    """
    most = int(psutil.virtual_memory().total * memory_share) if memory_share else None
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=None if most is None else lambda: setrlimit(RLIMIT_AS, (most, most)),
    )
    peak = [0.0]
    watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
    watcher.start()
    output, _ = process.communicate()
    seconds = time.monotonic() - began
    watcher.join()
    if process.returncode:
        raise CommandFailedError(f"{' '.join(command)} failed: {output[-2000:]}")
    return Measured(seconds, peak[0], output)


def _watch(pid: int, peak: list[float]) -> None:
    try:
        root = psutil.Process(pid)
        while root.is_running() and root.status() != psutil.STATUS_ZOMBIE:
            total = 0
            for each in (root, *root.children(recursive=True)):
                try:
                    total += each.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            peak[0] = max(peak[0], total / 1e6)
            time.sleep(EVERY_SECONDS)
    except psutil.NoSuchProcess:
        return
