"""What was started ends, with all its children; nobody else does."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.stack.program import Program, start
from mkt_pipeline.stack.termination import terminate

FAMILY = """
import os, signal, subprocess, sys, time
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
children = [subprocess.Popen(sleeper), subprocess.Popen(sleeper, start_new_session=True)]
with open(sys.argv[1] + ".new", "w") as file:
    file.write(" ".join(str(child.pid) for child in children))
os.rename(sys.argv[1] + ".new", sys.argv[1])
time.sleep(600)
"""


@pytest.fixture
def where(tmp_path):
    return deployment(Settings(home=tmp_path / "home", project=tmp_path, _env_file=None))


def family(where, tmp_path, *words):
    """Start a process with two children, one of them in a session of its own."""
    told = tmp_path / "children"
    command = (sys.executable, "-c", FAMILY, str(told), *words)
    file = start(Program("family", command, dict(os.environ), {}), where)
    deadline = time.monotonic() + 20
    while not told.exists():
        assert time.monotonic() < deadline, where.log("family").read_text()
        time.sleep(0.01)
    return file, [psutil.Process(int(pid)) for pid in told.read_text().split()]


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_children_end_too_also_those_in_a_session_of_their_own(where, tmp_path):
    file, children = family(where, tmp_path)

    terminate([file])

    assert file.process() is None
    assert all(gone(child) for child in children)


def test_a_process_that_ignores_the_request_is_ended_by_force(where, tmp_path):
    file, children = family(where, tmp_path, "stubborn")

    terminate([file], grace_seconds=0.3)

    assert file.process() is None
    assert all(gone(child) for child in children)


def test_children_of_a_leader_that_was_killed_are_found_by_their_session(where, tmp_path):
    file, (in_session, elsewhere) = family(where, tmp_path)
    os.kill(file.pid, signal.SIGKILL)
    while file.process():
        time.sleep(0.01)

    terminate([file])

    assert gone(in_session)
    elsewhere.kill()


def test_a_stranger_with_the_number_of_a_stale_pid_file_is_left_alone(where, tmp_path):
    stranger = subprocess.Popen(["sleep", "600"], start_new_session=True)
    file, _ = family(where, tmp_path)
    stale = type(file)(stranger.pid, file.age - 3600, "")

    terminate([stale, file])

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_ending_twice_is_harmless(where, tmp_path):
    file, _ = family(where, tmp_path)

    terminate([file])
    terminate([file])

    assert file.process() is None
