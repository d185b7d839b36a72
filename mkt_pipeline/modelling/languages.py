"""In which languages reasons can be told. To add one: one file beside these, and one line here."""

from collections.abc import Callable, Mapping

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.contracts.reason_rules import Language
from mkt_pipeline.modelling.chinese import chinese_reason
from mkt_pipeline.modelling.english import english_reason

Words = Mapping[str, str]

LANGUAGES: Mapping[Language, Callable[[Feature, object, Words], str]] = {
    "en": lambda feature, value, _: english_reason(feature, value),
    "zh": chinese_reason,
}
"""For each language what it says of a feature's value, with words for what the CRM names."""
