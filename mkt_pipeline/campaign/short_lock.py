"""Work that locks readers out for an instant, and rather gives way than lets them wait."""

import time
from collections.abc import Callable

from mkt_pipeline.campaign.session import Session
from mkt_pipeline.errors import BusyError

_PAUSE_SECONDS = 0.2


def with_short_lock(session: Session, work: Callable[[], None], *, attempts: int) -> None:
    """Do ``work`` in its own transaction, which waits for no lock longer than 200 ms.

    Whoever asks for the same table meanwhile stands in line behind us, so a long wait of ours
    would be a long wait of every reader. After ``attempts`` the BusyError is passed on.
    """
    for remaining in reversed(range(attempts)):
        try:
            with session.transaction():
                session.run("short_lock_timeout")
                work()
                return
        except BusyError:
            if not remaining:
                raise
            time.sleep(_PAUSE_SECONDS)
