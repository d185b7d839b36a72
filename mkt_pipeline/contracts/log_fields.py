"""What every log record of a step carries: its day, its use case, and the step's own name."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_FIELDS: ContextVar[Mapping[str, str]] = ContextVar("fields of the step")


def fields() -> Mapping[str, str]:
    """``step``, ``day`` and ``use_case`` of the step that runs; nothing between steps."""
    return _FIELDS.get({})


@contextmanager
def log_fields(**known: str | None) -> Iterator[None]:
    """Let records carry these fields until the end; those that are None are left out."""
    token = _FIELDS.set({name: value for name, value in known.items() if value})
    try:
        yield
    finally:
        _FIELDS.reset(token)
