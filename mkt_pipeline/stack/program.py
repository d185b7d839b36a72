"""One program of the stack, and how it is started."""

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mkt_pipeline.stack.deployment import Deployment
from mkt_pipeline.stack.pid_file import PidFile

MARK = "======== started by mkt ========\n"
"""Parts one start from the next in a log file."""

ERROR = re.compile(r"error|exception|critical|fatal", re.IGNORECASE)

NOTHING = "it wrote nothing"

_children: dict[int, "subprocess.Popen[bytes]"] = {}
"""Kept so that the interpreter does not warn of children that are meant to outlive it."""


@dataclass(frozen=True)
class Program:
    """A process that runs until it is stopped.

    ``environment`` is all that it gets; ``told`` is that part of it, and of its files, with which
    it is started afresh when it changes. ``port`` is where it listens, set by ``port_setting``.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    told: Mapping[str, str] = field(repr=False)
    port: int | None = None
    port_setting: str | None = None

    @property
    def fingerprint(self) -> str:
        """Changes when the command, or what we tell the process, changes."""
        content = json.dumps([self.command, sorted(self.told.items())])
        return hashlib.sha256(content.encode()).hexdigest()


def start(program: Program, where: Deployment) -> PidFile:
    """Start the program in a session of its own, so that Ctrl-C reaches only ``mkt``."""
    log = where.log(program.name)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        output.write(MARK.encode())
        output.flush()
        child = subprocess.Popen(
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=where.project,
            env=dict(program.environment),
            start_new_session=True,
        )
    _children[child.pid] = child
    started = PidFile.of(child.pid, program.fingerprint)
    started.write(where.pid_file(program.name))
    return started


def forget(pid: int) -> None:
    """Let go of a child that has ended."""
    child = _children.pop(pid, None)
    if child is not None:
        child.wait()


def last_words(log: Path, *, most_bytes: int = 65_536) -> str:
    """What a program said last: its last line that names an error, else its last line at all.

    Only lines since its latest start count, and at most the last ``most_bytes`` of them.
    """
    if not log.is_file():
        return NOTHING
    with log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - most_bytes))
        text = file.read().decode(errors="replace")
    lines = [line.strip() for line in text.rpartition(MARK)[2].splitlines() if line.strip()]
    errors = [line for line in lines if ERROR.search(line)]
    return (errors or lines or [NOTHING])[-1]
