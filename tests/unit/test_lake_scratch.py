"""What a killed process left on the scratch disk goes with the next step, and nothing else."""

import os
import signal
import subprocess
import sys
import time

import pytest

from mkt_pipeline.lake.scratch import leftovers, remove_leftovers, scratch_folder

HOLDING = """
import sys, time
from pathlib import Path
from mkt_pipeline.lake.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1])) as folder:
    (folder / "rows.parquet").write_text("rows")
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def other(tmp_path):
    """Another process that uses a scratch folder; its id and the folder."""
    command = [sys.executable, "-c", HOLDING, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process, tmp_path / process.stdout.readline().strip().rsplit("/", 1)[-1]
        process.kill()


def test_a_folder_goes_with_its_step_however_that_ends(tmp_path):
    def breaks():
        with scratch_folder(tmp_path) as folder:
            (folder / "rows").write_text("rows")
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        breaks()
    assert list(tmp_path.iterdir()) == []


def test_folders_of_living_processes_stay(tmp_path, other):
    with scratch_folder(tmp_path) as own:
        assert leftovers(tmp_path) == []
        assert remove_leftovers(tmp_path) == []
        assert own.exists()
    assert (other[1] / "rows.parquet").exists()


def test_what_a_killed_process_left_goes_when_the_next_step_begins(tmp_path, other):
    process, folder = other
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert leftovers(tmp_path) == [folder]
    with scratch_folder(tmp_path) as own:
        assert list(tmp_path.iterdir()) == [own]


def test_a_folder_that_is_being_made_is_left_alone_unless_it_is_old(tmp_path):
    made = tmp_path / "step-made"
    made.mkdir()
    assert leftovers(tmp_path) == []
    long_ago = time.time() - 4 * 3600
    os.utime(made, (long_ago, long_ago))
    assert remove_leftovers(tmp_path) == [made]
    assert not made.exists()


def test_other_folders_are_never_touched(tmp_path):
    other = tmp_path / "secrets"
    other.mkdir()
    os.utime(other, (0, 0))
    assert remove_leftovers(tmp_path) == []
    assert leftovers(tmp_path / "nowhere") == []
    assert other.exists()
