"""How long something without an owner may still be about to get one."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

UNFINISHED_SECONDS = 3 * 3600
"""Longer than any step takes."""


def is_old(path: Path) -> bool:
    """Whether a file or folder was last written too long ago to be in the making."""
    try:
        return time.time() - path.stat().st_mtime > UNFINISHED_SECONDS
    except FileNotFoundError:  # gone by now: whoever made it has ended
        return False


def was_long_ago(written_at: datetime) -> bool:
    """The same, of a moment."""
    return datetime.now(UTC) - written_at > timedelta(seconds=UNFINISHED_SECONDS)
