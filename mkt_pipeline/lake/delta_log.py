"""What Delta's own log says about rows: statistics and conditions, which may name a person."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow.parquet as pq
from deltalake import DeltaTable

LOG = "_delta_log"
_WITHHELD = "withheld"
_TRUNCATED = 32
"""Texts in statistics may be cut after so many characters."""


def commits(folder: Path) -> list[Path]:
    """The commits of a table, the first first."""
    return sorted((folder / LOG).glob("*.json"))


def checkpoints(folder: Path) -> list[Path]:
    """The checkpoints of a table, the first first."""
    return sorted((folder / LOG).glob("*.checkpoint*.parquet"))


def committed_files(folder: Path) -> set[Path]:
    """Every data file that a commit ever added."""
    paths = (action.get("add", {}).get("path") for _, action in _actions(folder))
    return {folder.resolve() / unquote(path) for path in paths if path}


def clean_log(folder: Path) -> None:
    """Take least and greatest values and conditions out of a table's log.

    Nothing reads them here, and both may be of an erased person. Commits keep their number, their
    files and their facts; each is replaced whole, so that readers see the old or the new text.
    """
    for path in commits(folder):
        before = path.read_text(encoding="utf-8")
        after = "".join(f"{_cleaned(line)}\n" for line in before.splitlines())
        if after != before and after != f"{before}\n":
            draft = path.with_name(f".{path.name}.{os.getpid()}")
            draft.write_text(after, encoding="utf-8")
            draft.replace(path)
    old = checkpoints(folder)
    if old:
        DeltaTable(str(folder)).create_checkpoint()
        newest = checkpoints(folder)[-1].name.partition(".")[0]
        for path in old:
            if not path.name.startswith(newest):
                path.unlink()


def named_in_log(folder: Path, customer_id: str) -> list[str]:
    """The commits and checkpoints whose statistics or conditions name a person."""
    found = [path.name for path, action in _actions(folder) if _names(_told(action), customer_id)]
    for path in checkpoints(folder):
        adds = pq.read_table(path, columns=["add"]).column("add").to_pylist()
        if any(_names(_told({"add": add}), customer_id) for add in adds if add):
            found.append(path.name)
    return list(dict.fromkeys(found))


def _actions(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in commits(folder):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield path, json.loads(line)


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
