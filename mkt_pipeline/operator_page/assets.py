"""What a browser may keep: our style and scripts, and Plotly's own file from its wheel."""

import gzip
from functools import cache
from hashlib import sha256
from importlib import resources

from fastapi import APIRouter, HTTPException, Request, Response

PLOTLY = "plotly.min.js"
OWN = ("page.css", "charts.css", "page.js", "charts.js", "icon.svg")
_KINDS = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def content(name: str) -> bytes:
    """The bytes of a file, those of Plotly without importing it."""
    if name == PLOTLY:
        return resources.files("plotly").joinpath("package_data", PLOTLY).read_bytes()
    return resources.files(__package__).joinpath("static", name).read_bytes()


@cache
def compressed(name: str) -> bytes:
    """The same in a third of the size."""
    return gzip.compress(content(name), 6, mtime=0)


@cache
def version(name: str) -> str:
    """Changes with the content, so that a browser never keeps an old one."""
    return sha256(content(name)).hexdigest()[:12]


def asset_routes() -> APIRouter:
    """One route; the files tell nothing of anybody, so nobody has to be signed in for them."""
    router = APIRouter(include_in_schema=False)

    @router.get("/assets/{name}")
    def asset(name: str, request: Request) -> Response:
        if name not in (PLOTLY, *OWN):
            raise HTTPException(404, "there is no such file")
        headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
        kind = _KINDS[name.rpartition(".")[2]]
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(content(name), media_type=kind, headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(compressed(name), media_type=kind, headers=headers)

    return router
