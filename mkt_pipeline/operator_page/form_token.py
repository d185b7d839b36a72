"""Tokens of forms: only a page that we served to somebody can be sent back by them."""

import hmac
import time

HOURS = 12
"""A page may stay open over a working day."""


def form_token(secret: str, visitor: str, *, now: float | None = None) -> str:
    """The moment it was made, and a signature over it and over who asked for the page."""
    made = int(time.time() if now is None else now)
    return f"{made}.{_signature(secret, visitor, made)}"


def is_ours(token: str, secret: str, visitor: str, *, now: float | None = None) -> bool:
    """Whether the token was made for this visitor, and not too long ago."""
    made, _, signature = token.partition(".")
    if not (made.isascii() and made.isdigit() and len(made) <= 12):
        return False
    age = (time.time() if now is None else now) - int(made)
    expected = _signature(secret, visitor, int(made))
    return hmac.compare_digest(signature.encode(), expected.encode()) and 0 <= age <= HOURS * 3600


def _signature(secret: str, visitor: str, made: int) -> str:
    return hmac.digest(secret.encode(), f"form {made} {visitor}".encode(), "sha256").hex()
