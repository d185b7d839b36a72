"""Telling results: lines for a person, one JSON document for a script."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

import typer

from mkt_pipeline.contracts.segment_names import SEGMENTS

PUBLISH_A_NIGHT = "run `mkt night`"


class Told(Protocol):
    """What every step returns."""

    def lines(self) -> list[str]:
        """For a person."""
        ...

    def facts(self) -> dict[str, Any]:
        """For a machine."""
        ...


def tell(results: Sequence[Told], *, as_json: bool) -> None:
    """Print the results of one command."""
    if as_json:
        print_json([result.facts() for result in results])
        return
    for result in results:
        tell_lines(result)


def tell_lines(result: Told) -> None:
    """Print one result for a person."""
    for line in result.lines():
        typer.echo(line)


def nothing_published(use_cases: Sequence[str]) -> str:
    """What is wrong where these use cases have no publication."""
    return f"no night of {' and '.join(use_cases)} has been published yet"


def reason_line(reason: Mapping[str, Any]) -> str:
    """A reason with the sign of what it does to the propensity."""
    sign = {"raises": "+", "lowers": "−"}.get(str(reason.get("direction")), "·")
    return f"{sign} {reason['text']}"


def print_json(document: object) -> None:
    """Print one document: times as ISO 8601 with a T, other values that JSON lacks as text.

    Counts of segments come as high, medium, low, whatever order the database keeps them in.
    """
    typer.echo(json.dumps(_ordered(document), indent=2, default=_as_text, ensure_ascii=False))


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _ordered(document: object) -> object:
    if isinstance(document, Mapping):
        is_counts = bool(document) and set(document) <= set(SEGMENTS)
        keys = [k for k in SEGMENTS if k in document] if is_counts else list(document)
        return {key: _ordered(document[key]) for key in keys}
    if isinstance(document, list | tuple):
        return [_ordered(one) for one in document]
    return document
