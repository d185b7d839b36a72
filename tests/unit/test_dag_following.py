"""Following a run: as long as something moves, and no longer."""

from types import SimpleNamespace

import pytest

from mkt_pipeline.errors import StackError
from mkt_pipeline.stack.airflow_api import DagRun, TaskTry
from mkt_pipeline.stack.dag_following import follow

RUN = DagRun("training", "r1", "running")


class Api:
    """Answers with one state of the only task after the other, the last one for good."""

    door = SimpleNamespace(address="http://127.0.0.1:1")

    def __init__(self, *states):
        self.states = list(states)

    def run(self, run):
        return run if len(self.states) > 1 else DagRun(run.dag_id, run.run_id, self.last)

    def tasks(self, _):
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return (TaskTry("train", -1, None, state, 1, None),)


class Slow(Api):
    last = "success"


class Stuck(Api):
    last = "running"


def test_a_task_that_works_is_waited_for_however_long(monkeypatch):
    monkeypatch.setattr("mkt_pipeline.stack.dag_following.PAUSE_SECONDS", 0.02)
    api = Slow(*["running"] * 20, "success")
    assert follow(api, RUN, lambda _: None, quiet_seconds=0.05).state == "success"


def test_a_run_that_waits_for_somebody_is_left_to_itself_and_told_where(monkeypatch):
    monkeypatch.setattr("mkt_pipeline.stack.dag_following.PAUSE_SECONDS", 0.02)
    with pytest.raises(StackError, match="nothing has moved"):
        follow(Stuck("deferred"), RUN, lambda _: None, quiet_seconds=0.1)
