"""What a person reads while a night runs."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from mkt_pipeline.cli.progress_board import ProgressBoard, describe
from mkt_pipeline.stack.airflow_api import DagRun, TaskTry
from mkt_pipeline.stack.dag_following import Step


def task(name, state, *, label=None):
    return TaskTry(name, 0 if label else -1, label, state, 1, None)


def step(state, *tasks):
    return Step(DagRun("nightly_scoring", "run", state), tasks)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (step("queued", task("score", None)), "waits for its turn, 0 of 1 tasks done"),
        (step("running", task("score", "queued")), "between tasks, 0 of 1 tasks done"),
        (
            step("running", task("a", "success"), task("score", "running", label="vehicles")),
            "score [vehicles], 1 of 2 tasks done",
        ),
        (step("running", task("a", "up_for_retry")), "a (up for retry), 0 of 1 tasks done"),
        (step("failed", task("a", "failed")), "a (failed), 0 of 1 tasks done"),
        (step("success", task("a", "success"), task("b", "skipped")), "done, 2 tasks"),
    ],
)
def test_one_line_names_what_is_at_work(now, expected):
    assert describe(now) == expected


def test_a_task_that_is_tried_again_says_why_and_where_its_log_is():
    again = step("running", task("extract", "up_for_retry"))
    told = describe(replace(again, failures={"extract": "the CRM is away; its log is /x.log"}))
    assert told.startswith("extract failed and will be tried again: the CRM is away; its log is /x")


def told(width):
    output = io.StringIO()
    board = ProgressBoard(Console(file=output, width=width))
    with board.shown():
        board.tell("mlflow", "starting")
        board.tell("mlflow", "starting")
        board.step(step("running", task("score", "running")))
        board.step(step("running", task("score", "success"), task("publish", "queued")))
        board.step(step("success", task("score", "success")))
    return [line.split("] ", 1)[1] for line in output.getvalue().splitlines()]


def test_without_a_terminal_every_change_is_one_line_and_nothing_else():
    assert told(width=20) == [
        "mlflow: starting",
        "nightly_scoring: score, 0 of 1 tasks done",
        "nightly_scoring: done, 1 tasks",
    ]


def interrupted(board):
    with board.shown():
        board.tell("postgres", "ready")
        board.tell("mlflow", "starting")
        raise KeyboardInterrupt


def test_a_long_task_is_named_again_every_minute(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("mkt_pipeline.cli.progress_board.time.monotonic", lambda: clock[0])
    output = io.StringIO()
    board = ProgressBoard(Console(file=output, force_terminal=False))
    for clock[0] in (1.0, 30.0, 61.0, 62.0, 100.0, 123.0):
        board.step(step("running", task("train", "running")))
    told = [line.partition("]")[0].split()[-2] for line in output.getvalue().splitlines()]
    assert told == ["1.0", "62.0", "123.0"]


def test_on_a_terminal_the_last_state_stays_and_a_failure_is_marked():
    output = io.StringIO()
    board = ProgressBoard(Console(file=output, width=80, force_terminal=True))

    with pytest.raises(KeyboardInterrupt):
        interrupted(board)

    last = output.getvalue().splitlines()[-2:]
    assert any("✗" in line and "mlflow" in line for line in last)
