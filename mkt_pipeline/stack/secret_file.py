"""Secrets that are made once and read ever after."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def secret(path: Path, make: Callable[[], str]) -> str:
    """The secret kept in ``path`` (mode 0600); made by ``make`` where there is none yet."""
    if path.is_file() and (kept := path.read_text(encoding="utf-8")):
        return kept
    path.parent.mkdir(parents=True, exist_ok=True)
    made = make()
    write_private(path, made)
    return made


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody but its owner can read, whole or not at all."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def signing_key() -> str:
    """A key for signed tokens: 64 random bytes."""
    return secrets.token_urlsafe(64)


def fernet_key() -> str:
    """A key for Fernet: 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def password() -> str:
    """A password short enough to type."""
    return secrets.token_urlsafe(12)
