"""Which code a run was made by."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from mkt_pipeline import __version__

PACKAGE = Path(__file__).resolve().parents[1]
LONGEST_WAIT = 10
"""Seconds for a question that git answers in a hundredth of one; then it is not worth waiting."""


@cache
def code_version() -> str:
    """The version of the package, and in a git checkout its commit: ``0.1.0+g4ce7eee``.

    ``.dirty`` follows where tracked files were changed since. Read once per process: what is
    changed on disk afterwards is not the code that runs.
    """
    return version_with_commit(__version__, PACKAGE)


def version_with_commit(version: str, folder: Path) -> str:
    """``version`` with the commit of the checkout that tracks ``folder``; alone where none does."""
    # A package installed into an environment that lies in somebody's checkout is not tracked
    # there, and that checkout's commit would say nothing of it.
    if not _git(folder, "ls-files", "--", "."):
        return version
    commit = _git(folder, "describe", "--always", "--abbrev=7", "--dirty=.dirty", "--exclude=*")
    return f"{version}+g{commit}" if commit else version


def _git(folder: Path, *arguments: str) -> str:
    """What git prints; empty where it is not installed or refuses, which is no error here."""
    program = shutil.which("git")
    if program is None:
        return ""
    # Set while git runs a hook: they would name another repository than that of the folder.
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and nothing that a user wrote
            [program, "-C", str(folder), *arguments],
            env={**own, "GIT_OPTIONAL_LOCKS": "0"},
            capture_output=True,
            text=True,
            timeout=LONGEST_WAIT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
