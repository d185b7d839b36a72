"""The named points of a night: every call by which it writes, in this process only."""

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import requests
from deltalake import DeltaTable

import mkt_pipeline.lake.delta as delta
from mkt_pipeline.campaign.session import Session
from mkt_pipeline.lake.place import Place

READS = ("current", "publications", "last_before", "last_source", "open_transactions")
"""Statements of the campaign database that change nothing."""


class Points:
    """Counts the points that a night passes, and does something at one of them."""

    def __init__(self, at: int | None, fault: Callable[[], None], told: Path | None) -> None:
        self.at, self.fault, self.told, self.passed = at, fault, told, 0

    def reach(self, name: str) -> None:
        if self.told:
            with self.told.open("a") as file:
                file.write(name + "\n")
        self.passed += 1
        if self.at is not None and self.passed == self.at + 1:
            self.fault()


def instrument(points: Points, lake_root: str) -> None:
    """Put the points around the calls, in this process only."""
    write = delta.write_deltalake

    def written(table: str | DeltaTable, rows: pa.RecordBatchReader, **options: Any) -> None:
        uri = table if isinstance(table, str) else table.table_uri
        name = f"lake {uri.split(lake_root)[-1].strip('/')}"
        points.reach(f"{name}: before the commit")
        write(table, _interrupted(rows, points, f"{name}: while rows are written"), **options)
        points.reach(f"{name}: after the commit")

    delta.write_deltalake = written
    put = Place.put

    def placed(self: Place, source: Path, name: str) -> None:
        table = self.uri.split(lake_root)[-1].strip("/")
        points.reach(f"lake {table}: before the commit")
        put(self, source, name)
        points.reach(f"lake {table}: after the commit")

    Place.put = placed  # type: ignore[method-assign]
    for method in ("rows", "run", "run_on", "copy_in"):
        setattr(Session, method, _around(points, getattr(Session, method)))
    transaction = Session.transaction

    @contextlib.contextmanager
    def committed(self: Session) -> Iterator[None]:
        with transaction(self):
            yield
            points.reach("campaign: before a commit")
        points.reach("campaign: after a commit")

    Session.transaction = committed  # type: ignore[method-assign]
    request = requests.Session.request

    def asked(self: requests.Session, method: str, url: str, *rest: Any, **options: Any) -> Any:
        if method.upper() == "GET" or url.endswith("search"):
            return request(self, method, url, *rest, **options)
        place = url.split("/", 3)[-1].split("mlflow/")[-1].split("?")[0]
        # The number of a model is another in every run.
        name = f"mlflow {method} {re.sub(r'm-[0-9a-f]{16,}', '*', place)[:40]}"
        name = name if "artifact" not in name else f"mlflow {method} artifact"
        points.reach(f"{name}: before")
        answer = request(self, method, url, *rest, **options)
        points.reach(f"{name}: after")
        return answer

    requests.Session.request = asked  # type: ignore[method-assign, assignment]


def _interrupted(rows: pa.RecordBatchReader, points: Points, name: str) -> pa.RecordBatchReader:
    def batches() -> Iterator[pa.RecordBatch]:
        for number, batch in enumerate(rows):
            if number == 0:
                points.reach(name)
            yield batch

    return pa.RecordBatchReader.from_batches(rows.schema, batches())


def _around(points: Points, call: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(self: Session, name: str, /, *rest: Any, **parameters: Any) -> Any:
        if name in READS:
            return call(self, name, *rest, **parameters)
        points.reach(f"campaign {name}: before")
        answer = call(self, name, *rest, **parameters)
        points.reach(f"campaign {name}: after")
        return answer

    return wrapped
