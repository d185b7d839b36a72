"""A program writes to its log; its last words since its latest start are found there."""

import os
import sys

import psutil
import pytest

from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.stack.program import Program, last_words, start
from mkt_pipeline.stack.termination import terminate


@pytest.fixture
def say(tmp_path):
    """A function that starts a program which says something and ends; returns its log."""
    where = deployment(Settings(home=tmp_path / "home", project=tmp_path, _env_file=None))

    def run(text):
        command = (sys.executable, "-c", f"print({text!r})")
        file = start(Program("speaker", command, dict(os.environ), {}), where)
        psutil.wait_procs([psutil.Process(file.pid)], timeout=20)
        terminate([file])
        return where.log("speaker")

    return run


def test_a_log_keeps_what_earlier_starts_wrote(say):
    say("first")
    log = say("second")

    assert log.read_text().replace("first", "").count("started by mkt") == 2
    assert "first" in log.read_text()


@pytest.mark.parametrize(
    ("earlier", "text", "expected"),
    [
        ("", "one\ntwo\n\n", "two"),
        ("", "[error] address already in use\nshut down", "[error] address already in use"),
        ("Error of yesterday", "one\ntwo", "two"),
        ("Error of yesterday", "", "it wrote nothing"),
    ],
)
def test_an_error_speaks_before_what_was_said_after_it(say, earlier, text, expected):
    say(earlier)

    assert last_words(say(text)) == expected


def test_a_program_without_a_log_wrote_nothing(tmp_path):
    assert last_words(tmp_path / "no.log") == "it wrote nothing"
