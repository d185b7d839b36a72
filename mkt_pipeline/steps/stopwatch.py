"""How long a step takes, for its report; nothing else depends on it."""

import time


class Stopwatch:
    """Runs from the moment it is made."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since it was made, to a tenth of a second."""
        return round(time.monotonic() - self._began, 1)
