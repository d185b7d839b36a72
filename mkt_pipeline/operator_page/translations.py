"""The words of the page, a file per language, and which of them a visitor reads."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, get_args

import yaml
from fastapi import Request

from mkt_pipeline.contracts.reason_rules import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
COOKIE = "mkt_language"


@cache
def words(language: Language) -> Mapping[str, str]:
    """Every text of a language by its key."""
    text = resources.files(__package__).joinpath("translations", f"{language}.yaml")
    found: Mapping[str, str] = yaml.safe_load(text.read_text("utf-8"))
    return found


def told(language: Language, key: str, **values: Any) -> str:  # noqa: ANN401 - whatever is told
    """One text, with what stands in braces filled in."""
    return words(language)[key].format(**values)


def language_of(request: Request) -> Language:
    """What the visitor has switched to, else what the browser prefers, else English."""
    asked = [request.query_params.get("language"), request.cookies.get(COOKIE)]
    preferred = _preferred(request.headers.get("accept-language", ""))
    for one in (*asked, *preferred):
        for known in LANGUAGES:
            if one and one.lower().partition("-")[0] == known:
                return known
    return LANGUAGES[0]


def _preferred(header: str) -> list[str]:
    """Languages of an Accept-Language header, the most wanted first."""
    found = []
    for part in header.split(","):
        name, _, weight = part.strip().partition(";q=")
        try:
            found.append((float(weight or 1), name))
        except ValueError:
            continue
    return [name for weight, name in sorted(found, key=lambda one: -one[0]) if weight > 0]
