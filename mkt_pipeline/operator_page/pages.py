"""Templates filled for one visitor: in their language, with addresses under our own path."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from mkt_pipeline.operator_page import assets, wording
from mkt_pipeline.operator_page.form_token import form_token
from mkt_pipeline.operator_page.seams import Seams, Visitor
from mkt_pipeline.operator_page.translations import COOKIE, LANGUAGES, language_of, told

_YEAR = 365 * 24 * 3600
_COMMAND = re.compile(r"`([^`]+)`")


class Pages:
    """Fills the templates beside this file; whatever is filled in is escaped."""

    def __init__(self, seams: Seams) -> None:
        self._seams = seams
        self._environment = Environment(
            loader=PackageLoader("mkt_pipeline.operator_page"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["commands"] = with_commands

    def page(
        self,
        request: Request,
        template: str,
        visitor: Visitor | None,
        *,
        status: int = 200,
        zone: str = "UTC",
        **values: object,
    ) -> Response:
        """One page; times in ``zone``. ``visitor`` is None where it is not known who asks."""
        language = language_of(request)
        context = {
            **self._surroundings(request, visitor),
            "moment": lambda value: wording.moment(value, language, zone),
            **values,
        }
        text = self._environment.get_template(template).render(context)
        response = HTMLResponse(text, status_code=status)
        response.headers["Content-Language"] = language
        if request.query_params.get("language") in LANGUAGES:
            path = request.scope.get("root_path", "") or "/"
            response.set_cookie(
                COOKIE, language, max_age=_YEAR, path=path, httponly=True, samesite="lax"
            )
        return response

    def _surroundings(self, request: Request, visitor: Visitor | None) -> Mapping[str, Any]:
        language = language_of(request)
        root = request.scope.get("root_path", "")
        return {
            "t": partial(told, language),
            "language": language,
            "languages": LANGUAGES,
            "root": root,
            "path": request.url.path.removeprefix(root),
            "airflow": self._seams.airflow.root,
            "switched": lambda other: _in_language(request, other),
            "asset": lambda name: f"{root}/assets/{name}?v={assets.version(name)}",
            "may": visitor.may if visitor else frozenset(),
            "token": form_token(self._seams.secret, visitor.name) if visitor else "",
            "number": wording.number,
            "change": wording.change,
            "share": wording.share,
            "figure": wording.figure,
            "day": lambda value: wording.day(value, language),
            "full_day": lambda value: wording.full_day(value, language),
            "lasting": lambda value: wording.lasting(value, language),
            "machine_moment": wording.machine_moment,
        }


def with_commands(text: str) -> Markup:
    """What stands between backticks, which is how errors name commands, as code."""
    return Markup(_COMMAND.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped


def _in_language(request: Request, language: str) -> str:
    """The same page in another language."""
    asked = request.query_params.multi_items()
    kept = [(name, value) for name, value in asked if name not in ("language", "done")]
    return f"{request.url.path}?{urlencode([*kept, ('language', language)])}"
