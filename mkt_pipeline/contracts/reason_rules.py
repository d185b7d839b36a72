"""How the reasons for a propensity are told."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, field_validator

from mkt_pipeline.contracts.frozen_model import FrozenModel

Language = Literal["en", "zh"]


class ReasonRules(FrozenModel):
    """How many reasons each customer has, and in which languages, the first of them as ``text``.

    ``words`` say for a language what the CRM's own names (categories, channels, kinds of contact,
    regions, attributes) are called in it.
    """

    count: Annotated[int, Field(ge=1, le=10)] = 3
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("en",)
    words: Mapping[Language, Mapping[str, str]] = {}

    @field_validator("languages")
    @classmethod
    def _each_once(cls, languages: tuple[Language, ...]) -> tuple[Language, ...]:
        if len(set(languages)) < len(languages):
            raise ValueError("names a language twice")
        return languages
