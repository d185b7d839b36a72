"""The strongest reasons for a propensity, in words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from mkt_pipeline.contracts.feature import Feature

Values = npt.NDArray[np.float64]

_COMPARED = re.compile(r"\b(more)\|(fewer|less)\b")
_ONCE = re.compile(r"\b1 time\b")

WEAKEST = 0.01
"""Log-odds; a feature that moves the odds by less than one percent is no reason."""


@dataclass(frozen=True)
class Reason:
    """Why one customer's propensity differs from the usual one.

    ``weight`` is the size of the change in log-odds, always positive.
    """

    feature: str
    text: str
    direction: Literal["raises", "lowers"]
    weight: float


def top_reasons(
    *,
    frame: pd.DataFrame,
    contributions: Values,
    features: Sequence[Feature],
    count: int = 3,
) -> list[list[Reason]]:
    """For each row of ``frame`` its strongest reasons, strongest first, at most ``count``.

    ``contributions`` has shape [rows, features] in the order of ``features``. A customer who
    differs from the usual one in nothing that matters has fewer reasons, or none.
    """
    # A stable sort: of two equally strong reasons the earlier feature comes first.
    chosen = np.argsort(-np.abs(contributions), axis=1, kind="stable")[:, :count]
    weight = np.take_along_axis(contributions, chosen, axis=1)
    texts = _texts(frame, features, chosen)
    return [
        [
            Reason(features[f].name, text, "raises" if w > 0 else "lowers", abs(w))
            for f, text, w in zip(*row, strict=True)
            if abs(w) >= WEAKEST
        ]
        for row in zip(chosen.tolist(), texts.tolist(), weight.tolist(), strict=True)
    ]


def _texts(
    frame: pd.DataFrame, features: Sequence[Feature], chosen: npt.NDArray[np.intp]
) -> npt.NDArray[np.object_]:
    """The sentence of each chosen feature, of the shape of ``chosen``; one pass per feature."""
    texts = np.empty(chosen.shape, dtype=object)
    for position in np.unique(chosen):
        feature = features[position]
        row, place = np.nonzero(chosen == position)
        values = frame[feature.name].iloc[row]
        # Few distinct values: each sentence is made once.
        codes, distinct = pd.factorize(values, use_na_sentinel=False)
        sentences = np.array([reason_text(feature, value) for value in distinct], dtype=object)
        texts[row, place] = sentences[codes]
    return texts


def reason_text(feature: Feature, value: object) -> str:
    """The feature's sentence with the customer's value, e.g. ``2 visits in the last 30 days``.

    ``(s)`` in it becomes the plural, or nothing where the value is 1. Days are whole. Of
    ``more|fewer`` the sign chooses one, and the value is told without it. What stands after ``|``
    with spaces around it is said where the value is not known.
    """
    sentence, _, missing = feature.reason.partition(" | ")
    if value is None or pd.isna(value):  # type: ignore[call-overload]  # any scalar
        return missing or f"no {_in_sentence(feature.description)} known"
    if feature.kind == "flag" and "{value}" not in sentence:
        return sentence if value else f"does not apply: {_in_sentence(sentence)}"
    if feature.kind == "number" and (compared := _COMPARED.search(sentence)):
        number = float(str(value))
        word = compared[1 if number > 0 else 2] if number else " or ".join(compared.groups())
        sentence, value = _COMPARED.sub(word, sentence), abs(number)
    if "{value} day(s)" in sentence:
        value = round(float(str(value)))
    formatted = _formatted(feature, value)
    told = sentence.format(value=formatted).replace("(s)", "" if formatted == "1" else "s")
    return _ONCE.sub("once", told)


def _formatted(feature: Feature, value: object) -> str:
    if feature.kind == "category":
        return str(value)
    if feature.kind == "flag":
        return "yes" if value else "no"
    number = float(str(value))
    if number.is_integer() or abs(number) >= 100:  # cents and tenths tell nothing from here on
        return f"{number:,.0f}"
    return f"{number:,.1f}" if abs(number) >= 1 else f"{number:.2f}"


def _in_sentence(text: str) -> str:
    """Begin in lower case, unless the first word is an abbreviation, and drop the full stop."""
    keep = text[:2].isupper()
    return (text if keep else text[:1].lower() + text[1:]).rstrip(".")
