"""The page served as Airflow serves it, with a small stand-in for Airflow where it is asked who
visits, what they may do, and how its runs went.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse

from mkt_pipeline.operator_page.app import operator_page
from mkt_pipeline.operator_page.seams import Airflow, DagRunFacts, Seams, Visitor

EVERYTHING = frozenset({"decide", "roll_back", "look_up"})
SECRET = "a secret of the tests"
NIGHT = ("crm_extract", "customer_features", "nightly_scoring")
MINUTES = {"crm_extract": 4, "customer_features": 2, "nightly_scoring": 3}
# As Airflow 3.3.2 frames a view.
SANDBOX = "allow-scripts allow-same-origin allow-forms allow-downloads"
FRAME = """<!doctype html><html lang="en" class="{theme}">
<head><title>Airflow</title><link rel="icon" href="data:,"></head>
<body style="margin:0"><iframe title="view" sandbox="{sandbox}" src="{src}"
style="border:0;width:100vw;height:100vh"></iframe></body></html>"""
OTHER = """<!doctype html><html lang="en"><title>Airflow itself</title>
<link rel="icon" href="data:,"></html>"""


def visitor(request: Request) -> Visitor:
    """Who the cookie says; nobody without one."""
    name = request.cookies.get("who")
    if not name:
        raise HTTPException(401, "Not authenticated")
    return Visitor(name, frozenset() if name == "guest" else EVERYTHING)


def run(dag_id: str, day: date) -> DagRunFacts:
    begun = datetime(day.year, day.month, day.day, 0, 30, tzinfo=UTC)
    begun += timedelta(minutes=sum(MINUTES[one] for one in NIGHT[: NIGHT.index(dag_id)]))
    return DagRunFacts(
        dag_id=dag_id,
        run_id=f"asset_triggered__{day}T00:41",
        state="success",
        day=day,
        started=begun,
        ended=begun + timedelta(minutes=MINUTES[dag_id], seconds=12),
    )


def one(dag_id: str, run_id: str) -> DagRunFacts | None:
    if dag_id not in NIGHT:
        return None
    return run(dag_id, date.fromisoformat(run_id.removeprefix("asset_triggered__")[:10]))


def airflow() -> Airflow:
    return Airflow(
        root="",
        of_day=lambda day: [run(dag_id, day) for dag_id in NIGHT],
        one=one,
        login=lambda here: f"/auth/login?next={here}",
    )


def whole(pipeline: Callable[[], object]) -> FastAPI:
    """The page below /mkt, and of Airflow a frame, a run and the log-in."""
    outer = FastAPI()
    seams = Seams(pipeline=pipeline, visitor=visitor, secret=SECRET, airflow=airflow())
    outer.mount("/mkt", operator_page(seams))

    @outer.get("/frame")
    def frame(theme: str = "light", src: str = "/mkt/") -> HTMLResponse:
        return HTMLResponse(FRAME.format(theme=theme, sandbox=SANDBOX, src=src))

    @outer.get("/dags/{rest:path}")
    @outer.get("/auth/login")
    def airflows_own() -> HTMLResponse:
        return HTMLResponse(OTHER)

    return outer


@contextmanager
def served(app: FastAPI, port: int) -> Iterator[str]:
    """The address at which the application answers, until the end."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    limit = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive(), "the server has ended"
        assert time.monotonic() < limit, "the server does not start"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=30)
