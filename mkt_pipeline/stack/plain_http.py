"""Plain HTTP to the servers of the stack: no proxy, no redirect, no retry."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 20.0
"""An API server on two cores answers within two seconds; with others at work, within ten."""


@dataclass(frozen=True)
class Answer:
    """What a server said; ``body`` is parsed where it is JSON, else None."""

    status: int
    body: object


def ask(
    address: str,
    path: str,
    *,
    method: str = "GET",
    body: object = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request; raises ``OSError`` or ``HTTPException`` where nobody answers.

    ``address`` is scheme, host and port; certificates are verified.
    """
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
    content = None if body is None else json.dumps(body)
    try:
        connection.request(
            method,
            f"{parts.path}{path}",
            content,
            {"Content-Type": "application/json", **(headers or {})},
        )
        response = connection.getresponse()
        return Answer(response.status, _parsed(response.read()))
    finally:
        connection.close()


def _parsed(content: bytes) -> object:
    try:
        parsed: object = json.loads(content)
    except ValueError:
        return None
    return parsed
