"""An Airflow whose database is away for a while answers 500: what only reads is asked again."""

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from mkt_pipeline.errors import StackError
from mkt_pipeline.stack import airflow_api
from mkt_pipeline.stack.airflow_api import AirflowApi, DagRun

RUN = DagRun("nightly", "r1", "running")


@contextmanager
def airflow(*statuses):
    """A server that answers so to one question after the other; and what it was asked."""
    left, asked = list(statuses), []

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, status, body):
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def do_POST(self):
            if self.path == "/auth/token":
                self._answer(201, {"access_token": "t"})
            else:
                self._told("POST")

        def do_GET(self):
            self._told("GET")

        def _told(self, method):
            asked.append(method)
            status = left.pop(0) if len(left) > 1 else left[0]
            good = {"dag_id": "nightly", "dag_run_id": "r1", "state": "success"}
            self._answer(status, good if status < 300 else {"detail": "Database error"})

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    address = SecretStr(f"http://me:word@127.0.0.1:{server.server_port}")
    try:
        yield AirflowApi(SimpleNamespace(settings=SimpleNamespace(airflow_url=address))), asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(airflow_api, "SECONDS_BETWEEN", 0.0)


def test_a_question_is_asked_again():
    with airflow(500, 503, 200) as (api, asked):
        assert api.run(RUN).state == "success"
    assert asked == ["GET"] * 3


def test_who_gives_up_says_that_the_run_goes_on():
    with airflow(500) as (api, asked), pytest.raises(StackError) as told:
        api.run(RUN)
    assert len(asked) == airflow_api.ASKED_AGAIN
    assert "status 500, Database error" in told.value.problem
    assert "goes on without this command" in told.value.remedy


def test_what_changes_something_is_asked_once():
    with airflow(500, 200) as (api, asked), pytest.raises(StackError):
        api.trigger("nightly", key="2026-11-02")
    assert asked == ["POST"]


def test_what_is_refused_is_not_asked_again():
    with airflow(404, 200) as (api, asked), pytest.raises(StackError, match="refused GET"):
        api.run(RUN)
    assert asked == ["GET"]
