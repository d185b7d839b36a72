"""The address of an SMTP server as it is written in the settings."""

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

from mkt_pipeline.errors import BadInputError

Scheme = Literal["smtp", "smtps", "starttls"]
PORTS: dict[Scheme, int] = {"smtp": 25, "smtps": 465, "starttls": 587}
_FORM = "write it as starttls://user:password@host:port, with smtps:// or smtp:// in its place"
_LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class SmtpAddress:
    """``smtps`` speaks TLS at once, ``starttls`` insists on it, ``smtp`` goes without."""

    scheme: Scheme
    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def smtp_address(text: str) -> SmtpAddress:
    """Read it; refused without ever quoting it, for it holds a password.

    A password is not sent without TLS, unless the server is on this machine.
    """
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadInputError("MKT_SMTP_URL cannot be read", remedy=_FORM) from None
    scheme: Scheme | None = next((one for one in PORTS if one == parts.scheme), None)
    if scheme is None or not parts.hostname or parts.path.strip("/") or parts.query:
        raise BadInputError("MKT_SMTP_URL is no address of an SMTP server", remedy=_FORM)
    if parts.password and scheme == "smtp" and parts.hostname not in _LOCAL:
        raise BadInputError(
            "MKT_SMTP_URL would send its password without TLS",
            remedy="write starttls:// or smtps:// in place of smtp://",
        )
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return SmtpAddress(scheme, parts.hostname, port or PORTS[scheme], user, password)
