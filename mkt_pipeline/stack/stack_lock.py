"""One ``mkt`` at a time starts or stops a stack."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from mkt_pipeline.errors import BusyError
from mkt_pipeline.stack.deployment import Deployment


@contextmanager
def stack_lock(where: Deployment) -> Iterator[None]:
    """Hold the stack of one folder; a second holder is refused. The system frees it at our end."""
    if not where.home.exists():
        # Customers' data will lie in it.
        where.home.parent.mkdir(parents=True, exist_ok=True)
        where.home.mkdir(mode=0o700)
    with (where.home / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(
                f"another mkt is starting or stopping the stack in {where.home}",
                remedy="wait until it has ended",
            ) from None
        yield
