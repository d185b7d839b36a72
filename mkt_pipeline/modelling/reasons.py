"""The strongest reasons for a propensity, in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from mkt_pipeline.contracts.compact_json import compact
from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.contracts.reason_rules import ReasonRules
from mkt_pipeline.modelling.languages import LANGUAGES
from mkt_pipeline.modelling.told_numbers import shown

Values = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

WEAKEST = 0.01
"""Log-odds; a feature that moves the odds by less than one percent is no reason."""
SENTENCES_KEPT = 100_000
"""Some twenty megabytes; the next batch of customers says much the same again."""


@dataclass(frozen=True)
class Reason:
    """Why one customer's propensity differs from the usual one.

    ``weight`` is the size of the change in log-odds, always positive. ``translations`` are the text
    in further languages.
    """

    feature: str
    text: str
    direction: Literal["raises", "lowers"]
    weight: float
    translations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reasons:
    """Tells the strongest contributions of ``features`` as the use case wants them told."""

    features: Sequence[Feature]
    rules: ReasonRules = field(default_factory=ReasonRules)

    def top(self, frame: pd.DataFrame, contributions: Values) -> list[list[Reason]]:
        """For each row of ``frame`` its strongest reasons, strongest first.

        ``contributions`` has shape [rows, features]. A customer who differs from the usual one in
        nothing that matters has fewer reasons, or none.
        """
        chosen, weight = self._strongest(contributions)
        texts = self._of_values(frame, chosen, self.texts)
        return [
            [
                self._reason(self.features[f], told, w)
                for f, told, w in zip(*row, strict=True)
                if abs(w) >= WEAKEST
            ]
            for row in zip(chosen.tolist(), texts.tolist(), weight.tolist(), strict=True)
        ]

    def documents(self, frame: pd.DataFrame, contributions: Values) -> pa.StringArray:
        """``top`` as one JSON document per row, with weights of four decimals.

        Written by columns: what a feature says of a value is made once, and only weights differ.
        """
        chosen, weight = self._strongest(contributions)
        begun = self._of_values(frame, chosen, self._begun)
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
        # The weakest come last, so that what is missing is missing at the end. Arrow could leave
        # them out by itself, but loses rows in which all are missing (25.0.1).
        return pc.binary_join_element_wise("[", *(part.fill_null("") for part in parts), "]", "")

    def texts(self, feature: Feature, value: object) -> dict[str, str]:
        """What is said of the value, by language; the first is the language that readers expect."""
        words = self.rules.words
        return {
            language: LANGUAGES[language](feature, value, words.get(language, {}))
            for language in self.rules.languages
        }

    @staticmethod
    def _reason(feature: Feature, told: Mapping[str, str], weight: float) -> Reason:
        (_, text), *others = told.items()
        direction: Literal["raises", "lowers"] = "raises" if weight > 0 else "lowers"
        return Reason(feature.name, text, direction, abs(weight), dict(others))

    def _strongest(self, contributions: Values) -> tuple[Places, Values]:
        """Places and contributions of the strongest features, each of shape [rows, count]."""
        # A stable sort: of two equally strong reasons the earlier feature comes first.
        order = np.argsort(-np.abs(contributions), axis=1, kind="stable")
        chosen = order[:, : self.rules.count]
        return chosen, np.take_along_axis(contributions, chosen, axis=1)

    def _of_values(
        self, frame: pd.DataFrame, chosen: Places, told: Callable[[Feature, object], object]
    ) -> npt.NDArray[np.object_]:
        """What is told of each chosen feature, of the shape of ``chosen``; one pass per feature."""
        result = np.empty(chosen.shape, dtype=object)
        for position in np.unique(chosen):
            feature = self.features[position]
            row, place = np.nonzero(chosen == position)
            values = frame[feature.name].iloc[row]
            if feature.kind == "number":
                values = shown(feature, values.to_numpy(dtype=np.float64, na_value=np.nan))
            # Few distinct values: each sentence is made once.
            codes, distinct = pd.factorize(values, use_na_sentinel=False)
            said = np.empty(len(distinct), dtype=object)
            said[:] = [told(feature, value) for value in distinct]
            result[row, place] = said[codes]
        return result

    @cached_property
    def _begun(self) -> Callable[[Feature, object], str]:
        """A reason's document up to its direction, kept from batch to batch."""
        return lru_cache(maxsize=SENTENCES_KEPT)(self._document_up_to_direction)

    def _document_up_to_direction(self, feature: Feature, value: object) -> str:
        (_, text), *others = self.texts(feature, value).items()
        translated = {f"text_{language}": said for language, said in others}
        document = {"feature": feature.name, "text": text, **translated, "direction": ""}
        return compact(document).removesuffix('"}')
