"""Reasons in English."""

import re

import numpy as np
import pandas as pd

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.told_numbers import shown, written

_COMPARED = re.compile(r"\b(more)\|(fewer|less)\b")
_ONCE = re.compile(r"\b1 time\b")


def english_reason(feature: Feature, value: object) -> str:
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
        value = float(shown(feature, np.array([float(str(value))]))[0])
        if compared := _COMPARED.search(sentence):
            word = compared[1 if value > 0 else 2] if value else " or ".join(compared.groups())
            sentence, value = _COMPARED.sub(word, sentence), abs(value)
    formatted = _formatted(feature, value)
    told = sentence.replace("(s)", "" if formatted == "1" else "s").replace("{value}", formatted)
    return _ONCE.sub("once", told)


def _formatted(feature: Feature, value: object) -> str:
    if feature.kind == "category":
        return str(value)
    if feature.kind == "flag":
        return "yes" if value else "no"
    return written(float(str(value)))


def _in_sentence(text: str) -> str:
    """Begin in lower case, unless the first word is an abbreviation, and drop the full stop."""
    keep = text[:2].isupper()
    return (text if keep else text[:1].lower() + text[1:]).rstrip(".")
