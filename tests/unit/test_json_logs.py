"""Structured logs, and that nothing changes without them."""

import json
import logging
import os
import subprocess
import sys

import pytest

from mkt_pipeline.cli.json_logs import JsonLines
from mkt_pipeline.settings import Settings
from mkt_pipeline.wiring.step_log import step_logged

SETTINGS = Settings(log_format="json", _env_file=None)


@pytest.fixture
def lines():
    """What the package logs, as documents."""
    found = []

    class Kept(logging.Handler):
        def emit(self, record):
            found.append(self.format(record))

    handler, package = Kept(), logging.getLogger("mkt_pipeline")
    handler.setFormatter(JsonLines())
    package.addHandler(handler)
    level = package.level
    package.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in found if "\n" not in line]
    package.removeHandler(handler)
    package.setLevel(level)


def test_every_record_of_a_step_has_its_day_use_case_and_step(lines):
    own = logging.getLogger("mkt_pipeline.steps.anything")
    with step_logged(SETTINGS, "score", day="2026-11-01", use_case="service_visit"):
        own.warning("two\nlines")
    own.warning("afterwards")
    known = {"step": "score", "day": "2026-11-01", "use_case": "service_visit"}
    assert [line["message"] for line in lines()] == [
        "score begins",
        "two\nlines",
        "score ended",
        "afterwards",
    ]
    assert all(known.items() <= line.items() for line in lines()[:3])
    assert "step" not in lines()[3]
    assert lines()[2]["level"] == "info"


def test_a_step_that_fails_is_told_by_the_kind_of_its_error_alone(lines):
    with (
        pytest.raises(KeyError),
        step_logged(SETTINGS, "extract", day="2026-11-01"),
    ):
        raise KeyError("C-4711")
    assert lines()[1]["message"] == "extract failed: KeyError"
    assert "C-4711" not in json.dumps(lines())
    assert "use_case" not in lines()[1]


@pytest.fixture
def failing(tmp_path):
    """A function that runs a command that cannot reach a server."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("MKT_")}
    away = "postgresql://nobody@127.0.0.1:1/x"
    told = {"MKT_CAMPAIGN_URL": away, "MKT_CRM_URL": away, "MKT_MLFLOW_URL": "http://127.0.0.1:1"}

    def run(**more):
        return subprocess.run(
            [sys.executable, "-m", "mkt_pipeline.cli", "extract", "--as-of", "2026-01-01"],
            capture_output=True,
            text=True,
            env={**own, **told, "MKT_HOME": str(tmp_path / "state"), **more},
            cwd=tmp_path,
        )

    return run


def test_the_command_line_logs_json_lines_where_it_is_asked_to(failing):
    done = failing(MKT_LOG_FORMAT="json")
    assert done.returncode == 75
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert [one["level"] for one in told] == ["info", "info", "error"]
    assert (told[0]["message"], told[0]["step"]) == ("extract begins", "extract")
    assert "→" in told[2]["message"]


def test_without_it_an_error_is_a_line_for_a_person(failing):
    done = failing()
    assert done.returncode == 75
    assert "{" not in done.stderr
    assert "→" in done.stderr
