"""Telling results: lines for a person, one JSON document for a script."""

import json
from collections.abc import Sequence
from typing import Any, Protocol

import typer


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


def print_json(document: object) -> None:
    """Print one document; dates and decimals as text."""
    typer.echo(json.dumps(document, indent=2, default=str, ensure_ascii=False))
