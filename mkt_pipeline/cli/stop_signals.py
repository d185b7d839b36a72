"""SIGTERM and a closed terminal stop a command as Ctrl-C does, once, so that it cleans up."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stop_signals_interrupt() -> Iterator[None]:
    """Inside, the first signal that asks the process to stop raises ``KeyboardInterrupt``.

    Those that follow are ignored: `make` passes on what the terminal or `timeout` has sent already,
    and the second one would cut off the cleaning up. What the caller ignores stays ignored.
    """
    minded = [each for each in STOP_SIGNALS if signal.getsignal(each) != signal.SIG_IGN]
    before = {each: signal.signal(each, _interrupt) for each in minded}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt
