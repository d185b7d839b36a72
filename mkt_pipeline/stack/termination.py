"""Ending what was started, all of it and nothing else."""

import os
from collections.abc import Iterable
from contextlib import suppress

import psutil

from mkt_pipeline.stack.pid_file import PidFile
from mkt_pipeline.stack.program import forget

GRACE_SECONDS = 15.0
"""Airflow's scheduler ends its workers within a few seconds; then it is ended by force."""


def terminate(started: Iterable[PidFile], *, grace_seconds: float = GRACE_SECONDS) -> None:
    """End these processes with all that they started, and return when every one is gone."""
    files = list(started)
    for file in files:
        if file.process() is None:
            forget(file.pid)
    leaders = [process for file in files if (process := file.process())]
    family = {p for leader in leaders for p in _descendants(leader)} | set(_orphans(files))
    for leader in leaders:
        with suppress(psutil.NoSuchProcess):
            leader.terminate()
    psutil.wait_procs(leaders, timeout=grace_seconds)
    rest = _alive({*leaders, *family, *_orphans(files)})
    for process in rest:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, stubborn = psutil.wait_procs(rest, timeout=grace_seconds / 3)
    for process in stubborn:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=grace_seconds)
    for file in files:
        forget(file.pid)


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return process.children(recursive=True)
    return []


def _orphans(files: Iterable[PidFile]) -> list[psutil.Process]:
    """What is left of sessions whose leader has died.

    While a member lives, the kernel gives the leader's pid to nobody else. A process that leads a
    session under that pid again is a stranger, and so are its members.
    """
    dead = {file.pid for file in files if file.pid > 0 and not psutil.pid_exists(file.pid)}
    if not dead:
        return []
    return [process for process in psutil.process_iter() if _session(process.pid) in dead]


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return -1


def _alive(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    return [process for process in processes if process.is_running()]
