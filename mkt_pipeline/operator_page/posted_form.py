"""What a browser posts: read in bounds, and only where it comes from a page of ours."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from fastapi import HTTPException, Request

MOST_BYTES = 8192
"""A reason and a few names."""
MOST_FIELDS = 10
_FORM = "application/x-www-form-urlencoded"


async def posted_form(request: Request) -> Mapping[str, str]:
    """The fields of a form; refused are other sites (403), other kinds (415) and floods (413)."""
    refuse_other_sites(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise HTTPException(415, "forms only")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HTTPException(413, "the form is too large")
    try:
        fields = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise HTTPException(400, "the form cannot be read") from None
    if any("\0" in part for field in fields for part in field):
        # No database keeps one, and nobody types one.
        raise HTTPException(400, "the form holds a zero byte")
    return dict(fields)


def refuse_other_sites(request: Request) -> None:
    """A browser says where a post comes from; what says nothing, or another site, is refused.

    The name of the host is compared and not the scheme, for a proxy in front may end TLS.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        raise HTTPException(403, "the form comes from another site")
    origin = request.headers.get("origin")
    if origin is None and site is None:
        raise HTTPException(403, "the form does not say where it comes from")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "the form comes from another site")
