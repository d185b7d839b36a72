"""How a value is written: a pattern for the program, words for the person."""

import re

from pydantic import AfterValidator


def spelled(pattern: str, words: str) -> AfterValidator:
    """Refuse a text that the whole of ``pattern`` does not fit, saying how it is written."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"write {words}")
        return text

    return AfterValidator(check)
