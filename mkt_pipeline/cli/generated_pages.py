"""Pages of the documentation that are made from the code, so that they cannot lie."""

import ast
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import typer

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import ENTITIES, ColumnType, Entity
from mkt_pipeline.contracts.use_case import Target, Thresholds, UseCase
from mkt_pipeline.contracts.vocabulary import Vocabulary
from mkt_pipeline.features.feature_set import feature_set
from mkt_pipeline.features.frame_of_reference import FrameOfReference
from mkt_pipeline.features.state import timeline
from mkt_pipeline.metrics.catalogue import metrics_page
from mkt_pipeline.settings import Settings

NOTE = "<!-- Written by `make docs`; do not edit. -->\n\n"
_TYPES: dict[ColumnType, str] = {
    "text": "string",
    "timestamptz": "timestamp('UTC', 6)",
    "decimal": "decimal(18, 4)",
    "integer": "int64",
    "number": "float64",
    "boolean": "boolean",
}


def pages(project: Path) -> dict[str, str]:
    """The text of every generated page by its name under ``docs/``."""
    return {
        "SETTINGS.md": NOTE + _settings(),
        "FEATURES.md": NOTE + _features(),
        "COMMANDS.md": NOTE + _commands(),
        "DAGS.md": NOTE + _dags(project / "dags"),
        "metrics.md": NOTE + metrics_page(),
    }


def _settings() -> str:
    rows = [
        f"| `MKT_{name.upper()}` | {_default(name)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return (
        "# Settings\n\nFrom the environment, else from `.env` in the working directory; checked"
        " together at the start. Inside Airflow the connections `crm`, `campaign` and `mlflow`"
        " give the addresses.\n\n| variable | default | meaning |\n|---|---|---|\n"
        + "\n".join(rows)
        + "\n"
    )


def _default(name: str) -> str:
    if name == "project":
        return "the checkout"
    value = Settings.model_fields[name].default
    return f"`{value}`" if value not in (None, ()) else "unset"


def _features() -> str:
    reference = FrameOfReference(
        AsOf(date(2026, 1, 1)),
        UseCase(
            name="example",
            title="Example",
            owner="example",
            sources=("example",),
            target=Target(),
            horizon_days=90,
            segments=Thresholds(high=0.2, medium=0.1),
        ),
        Vocabulary(
            {
                "category": ("CATEGORY",),
                "channel": ("CHANNEL",),
                "kind": ("KIND",),
                "consent_channel": ("CHANNEL",),
                "attribute": ("attr_NAME",),
            }
        ),
    )
    timelines = {
        name: timeline(ibis.table(_log_schema(entity), name=name), key=entity.key)
        for name, entity in ENTITIES.items()
    }
    features = feature_set(timelines, reference).features
    rows = [f"| `{f.name}` | {f.group} | {f.kind} | {f.description} |" for f in features]
    return (
        "# Features\n\nOne row per eligible customer, from what was known before 00:00 of the"
        " day. Windows are those of the use case (here 30, 90 and 365 days); names in capitals"
        " stand for each pinned value: product categories, channels, kinds of interaction and"
        " `attr_*` columns.\n\n| feature | group | kind | meaning |\n|---|---|---|---|\n"
        + "\n".join(rows)
        + "\n"
    )


def _log_schema(entity: Entity) -> dict[str, str]:
    columns = {column.name: _TYPES[column.type] for column in entity.columns}
    attributes = {"attr_NAME": "float64"} if entity.attributes else {}
    log = {
        "known_at": "timestamp('UTC', 6)",
        "sequence": "int64",
        "extracted_for": "string",
        "history": "string",
        "is_deleted": "boolean",
        "row_hash": "string",
    }
    return {**columns, **attributes, **log}


def _commands() -> str:
    from mkt_pipeline.cli.__main__ import app

    return "# Commands\n\n" + _command_lines(typer.main.get_command(app), "mkt")


def _command_lines(command: Any, name: str) -> str:  # noqa: ANN401 - Typer ships its own Click
    if hasattr(command, "commands"):
        children = [
            _command_lines(child, f"{name} {key}")
            for key, child in command.commands.items()
            if not child.hidden
        ]
        return "".join(children)
    options = [
        f"- `{'` / `'.join(parameter.opts)}`: {getattr(parameter, 'help', '') or ''}\n"
        for parameter in command.params
        if parameter.name != "help"
    ]
    return f"## `{name}`\n\n{' '.join(str(command.help).split())}\n\n{''.join(options)}\n"


def _dags(folder: Path) -> str:
    texts = []
    for path in sorted(folder.glob("*.py")):
        doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        texts.append(f"{doc}\n")
    return "# DAGs\n\nThe runbook of each, as Airflow's UI shows it.\n\n" + "\n".join(texts)
