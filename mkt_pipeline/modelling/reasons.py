"""The strongest reasons for a propensity, in words."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from mkt_pipeline.contracts.compact_json import compact
from mkt_pipeline.contracts.feature import Feature

Values = npt.NDArray[np.float64]

_COMPARED = re.compile(r"\b(more)\|(fewer|less)\b")
_ONCE = re.compile(r"\b1 time\b")

WEAKEST = 0.01
"""Log-odds; a feature that moves the odds by less than one percent is no reason."""
SENTENCES_KEPT = 100_000
"""Some twenty megabytes; the next batch of customers says much the same again."""


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
    chosen, weight = _strongest(contributions, count)
    texts = _of_values(frame, features, chosen, reason_text)
    return [
        [
            Reason(features[f].name, text, "raises" if w > 0 else "lowers", abs(w))
            for f, text, w in zip(*row, strict=True)
            if abs(w) >= WEAKEST
        ]
        for row in zip(chosen.tolist(), texts.tolist(), weight.tolist(), strict=True)
    ]


def reason_documents(
    *,
    frame: pd.DataFrame,
    contributions: Values,
    features: Sequence[Feature],
    count: int = 3,
) -> pa.StringArray:
    """``top_reasons`` as one JSON document per row, with weights of four decimals.

    Written by columns: what a feature says of a value is made once, and only weights differ.
    """
    chosen, weight = _strongest(contributions, count)
    begun = _of_values(frame, features, chosen, _document_up_to_direction)
    begun[np.abs(weight) < WEAKEST] = None
    parts = [
        pc.binary_join_element_wise(
            "," if place else "",
            pa.array(begun[:, place], pa.string()),
            pc.if_else(weight[:, place] > 0, "raises", "lowers"),
            '","weight":',
            pa.array(np.abs(weight[:, place]).round(4)).cast(pa.string()),
            "}",
            "",
        )
        for place in range(chosen.shape[1])
    ]
    # The weakest come last, so that what is missing is missing at the end. Arrow could leave them
    # out by itself, but loses rows in which all are missing (25.0.1).
    return pc.binary_join_element_wise("[", *(part.fill_null("") for part in parts), "]", "")


def _strongest(contributions: Values, count: int) -> tuple[npt.NDArray[np.intp], Values]:
    """Places and contributions of the strongest features, each of shape [rows, count]."""
    # A stable sort: of two equally strong reasons the earlier feature comes first.
    chosen = np.argsort(-np.abs(contributions), axis=1, kind="stable")[:, :count]
    return chosen, np.take_along_axis(contributions, chosen, axis=1)


def _of_values(
    frame: pd.DataFrame,
    features: Sequence[Feature],
    chosen: npt.NDArray[np.intp],
    told: Callable[[Feature, object], str],
) -> npt.NDArray[np.object_]:
    """What is told of each chosen feature, of the shape of ``chosen``; one pass per feature."""
    texts = np.empty(chosen.shape, dtype=object)
    for position in np.unique(chosen):
        feature = features[position]
        row, place = np.nonzero(chosen == position)
        values = frame[feature.name].iloc[row]
        if feature.kind == "number":
            values = _shown(feature, values.to_numpy(dtype=np.float64, na_value=np.nan))
        # Few distinct values: each sentence is made once.
        codes, distinct = pd.factorize(values, use_na_sentinel=False)
        sentences = np.array([told(feature, value) for value in distinct], dtype=object)
        texts[row, place] = sentences[codes]
    return texts


@lru_cache(maxsize=SENTENCES_KEPT)
def _document_up_to_direction(feature: Feature, value: object) -> str:
    document = {"feature": feature.name, "text": reason_text(feature, value), "direction": ""}
    return compact(document).removesuffix('"}')


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
    if feature.kind == "number":
        value = float(_shown(feature, np.array([float(str(value))]))[0])
        if compared := _COMPARED.search(sentence):
            word = compared[1 if value > 0 else 2] if value else " or ".join(compared.groups())
            sentence, value = _COMPARED.sub(word, sentence), abs(value)
    formatted = _formatted(feature, value)
    told = sentence.format(value=formatted).replace("(s)", "" if formatted == "1" else "s")
    return _ONCE.sub("once", told)


def _shown(feature: Feature, values: Values) -> Values:
    """Numbers as they are told, of the same shape: whole days, and no decimals that say nothing."""
    if "{value} day(s)" in feature.reason:
        return np.round(values) + 0.0  # so that nothing is told as "-0"
    size = np.abs(values)
    rounded = np.where(size >= 1, np.round(values, 1), np.round(values, 2))
    return np.where(size >= 100, np.round(values), rounded) + 0.0


def _formatted(feature: Feature, value: object) -> str:
    if feature.kind == "category":
        return str(value)
    if feature.kind == "flag":
        return "yes" if value else "no"
    number = float(str(value))
    if number.is_integer():
        return f"{number:,.0f}"
    return f"{number:,.1f}" if abs(number) >= 1 else f"{number:.2f}"


def _in_sentence(text: str) -> str:
    """Begin in lower case, unless the first word is an abbreviation, and drop the full stop."""
    keep = text[:2].isupper()
    return (text if keep else text[:1].lower() + text[1:]).rstrip(".")
