"""The business time zone in which nights begin."""

import os


def time_zone() -> str:
    """``MKT_TIME_ZONE``, as the settings read it, without the cost of importing them."""
    return os.environ.get("MKT_TIME_ZONE") or "UTC"
