"""The line of a task's log that tells why it failed."""

import json

import pytest

from mkt_pipeline.stack.task_log import last_error

RAISED = {
    "level": "error",
    "event": "Task failed with exception",
    "error_detail": [{"exc_type": "NoChampionError", "exc_value": "no champion\n→ train one"}],
}
AFTER = {"level": "error", "event": "Task is not able to be run"}
REPORT = {"level": "info", "event": "rows in: 12"}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([REPORT, RAISED, AFTER, REPORT], "no champion → train one"),
        ([REPORT, AFTER, REPORT], "Task is not able to be run"),
        ([REPORT], "its process was gone without an error; it last said: rows in: 12"),
        ([], "its log is empty"),
        (["killed by the system"], "killed by the system"),
    ],
)
def test_the_exception_speaks_first_then_an_error_then_the_last_line(tmp_path, lines, expected):
    log = tmp_path / "attempt=1.log"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    log.write_text("\n".join(texts), encoding="utf-8")

    assert last_error(log) == expected


def test_a_task_that_never_started_has_no_log(tmp_path):
    assert last_error(tmp_path / "attempt=1.log") == "it wrote no log"
