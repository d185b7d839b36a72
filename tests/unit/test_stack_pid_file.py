"""A pid file names one process, not whoever has its number now."""

import os
import stat
import subprocess
import sys
from dataclasses import replace

from mkt_pipeline.stack.pid_file import PidFile


def test_a_living_process_is_found_again(tmp_path):
    path = tmp_path / "run" / "server.json"
    PidFile.of(os.getpid(), "v1").write(path)

    read = PidFile.read(path)

    assert read.process().pid == os.getpid()
    assert read.fingerprint == "v1"


def test_a_pid_given_to_another_process_since_is_not_ours():
    ours = PidFile.of(os.getpid(), "v1")

    assert replace(ours, age=ours.age - 60).process() is None


def test_a_process_that_has_ended_is_not_found_even_before_it_is_reaped():
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    file = PidFile.of(child.pid, "v1")
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    assert file.process() is None
    child.wait()
    assert file.process() is None


def test_no_file_is_none_and_a_half_written_one_is_stale(tmp_path):
    path = tmp_path / "server.json"
    assert PidFile.read(path) is None

    path.write_text('{"pid": 12')

    assert PidFile.read(path).process() is None


def test_only_the_owner_can_read_it(tmp_path):
    path = tmp_path / "server.json"
    PidFile.of(os.getpid(), "v1").write(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
