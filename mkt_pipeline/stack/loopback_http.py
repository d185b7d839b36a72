"""Plain HTTP to the servers of this machine: no proxy, no redirect, no retry."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass

TIMEOUT_SECONDS = 20.0
"""An API server on two cores answers within two seconds; with others at work, within ten."""


@dataclass(frozen=True)
class Answer:
    """What a server said; ``body`` is parsed where it is JSON, else None."""

    status: int
    body: object


def ask(
    port: int,
    path: str,
    *,
    method: str = "GET",
    body: object = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request to 127.0.0.1; raises ``OSError`` or ``HTTPException`` where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    content = None if body is None else json.dumps(body)
    try:
        connection.request(
            method, path, content, {"Content-Type": "application/json", **(headers or {})}
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
