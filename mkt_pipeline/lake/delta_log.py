"""What Delta's own log says about rows: statistics and conditions, which may name a person."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pyarrow.parquet as pq

from mkt_pipeline.lake.delta import DeltaStore
from mkt_pipeline.lake.place import LOG, Place

_WITHHELD = "withheld"
_TRUNCATED = 32
"""Texts in statistics may be cut after so many characters."""


def commits(table: Place) -> list[str]:
    """The commits of a table, the first first."""
    return [name for name in _log(table) if name.endswith(".json")]


def checkpoints(table: Place) -> list[str]:
    """The checkpoints of a table, the first first."""
    return [name for name in _log(table) if ".checkpoint" in name and name.endswith(".parquet")]


def committed_files(table: Place) -> set[str]:
    """Every data file that a commit ever added, by its name in the table."""
    paths = (action.get("add", {}).get("path") for _, action in _actions(table))
    return {unquote(path) for path in paths if path}


def clean_log(table: Place) -> None:
    """Take least and greatest values and conditions out of a table's log.

    Nothing reads them here, and both may be of an erased person. Commits keep their number, their
    files and their facts; each is replaced whole, so that readers see the old or the new text.
    """
    for name in commits(table):
        before = table.text(name)
        after = "".join(f"{_cleaned(line)}\n" for line in before.splitlines())
        if after != before and after != f"{before}\n":
            table.write_text(name, after)
    old = checkpoints(table)
    if old:
        DeltaStore.at(table).table().create_checkpoint()
        newest = _version(checkpoints(table)[-1])
        for name in old:
            if _version(name) != newest:
                table.remove(name)


def named_in_log(table: Place, customer_id: str) -> list[str]:
    """The commits and checkpoints whose statistics or conditions name a person."""
    found = [name for name, action in _actions(table) if _names(_told(action), customer_id)]
    for name in checkpoints(table):
        with table.opened(name) as file:
            adds = pq.read_table(file, columns=["add"]).column("add").to_pylist()
        if any(_names(_told({"add": add}), customer_id) for add in adds if add):
            found.append(name)
    return [name.removeprefix(f"{LOG}/") for name in dict.fromkeys(found)]


def _log(table: Place) -> list[str]:
    return [f"{LOG}/{one.name}" for one in table.below(LOG).files() if "/" not in one.name]


def _version(name: str) -> str:
    return name.partition(".")[0]


def _actions(table: Place) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in commits(table):
        for line in table.text(name).splitlines():
            yield name, json.loads(line)


def _cleaned(line: str) -> str:
    action = json.loads(line)
    kept = dict(action)
    for kind in ("add", "remove"):
        told = action.get(kind)
        if told and told.get("stats"):
            stats = json.loads(told["stats"])
            counts = {k: v for k, v in stats.items() if k not in ("minValues", "maxValues")}
            kept[kind] = {**told, "stats": json.dumps(counts, separators=(",", ":"))}
    parameters = action.get("commitInfo", {}).get("operationParameters", {})
    if action.get("commitInfo", {}).get("operation") == "DELETE" and "predicate" in parameters:
        hidden = {**parameters, "predicate": _WITHHELD}
        kept["commitInfo"] = {**action["commitInfo"], "operationParameters": hidden}
    return line if kept == action else json.dumps(kept, separators=(",", ":"))


def _told(action: dict[str, Any]) -> Iterator[str]:
    """The values of rows that one action of the log tells."""
    for kind in ("add", "remove"):
        stats = json.loads((action.get(kind) or {}).get("stats") or "{}")
        for bound in ("minValues", "maxValues"):
            value = (stats.get(bound) or {}).get("customer_id")
            if value is not None:
                yield str(value)
    parameters = action.get("commitInfo", {}).get("operationParameters", {})
    yield from str(parameters.get("predicate", "")).split("'")[1::2]


def _names(values: Iterator[str], customer_id: str) -> bool:
    return any(
        value == customer_id
        or (len(value) >= _TRUNCATED and customer_id.startswith(value[:_TRUNCATED]))
        for value in values
    )
