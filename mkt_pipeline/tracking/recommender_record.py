"""What a comparison of ways to recommend hands over to be remembered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mkt_pipeline.contracts.chosen_method import ChosenMethod

Metrics = Mapping[str, float]


@dataclass(frozen=True)
class ComparedMethod:
    """One way with its settings and figures; ``test`` is empty where it was left out by then."""

    method: ChosenMethod
    validation: Metrics
    test: Metrics
    is_chosen: bool


@dataclass(frozen=True)
class Comparison:
    """All ways that were compared, on which windows, and what was decided.

    ``table`` has columns of equal length. ``decision`` is the gate's document, ``pages`` are texts
    for people by file name. ``recipe`` is all that a night needs to know of the chosen way.
    """

    chosen: ChosenMethod
    compared: Sequence[ComparedMethod]
    parameters: Mapping[str, object]
    metrics: Metrics
    table: Mapping[str, Sequence[Any]]
    recipe: Mapping[str, Any]
    decision: Mapping[str, Any]
    verdict: str
    pages: Mapping[str, str]
    note: str
    is_challenger: bool
