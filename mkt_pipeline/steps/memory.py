"""Memory that a process keeps from the system though nobody uses it."""

import ctypes
import gc

import pyarrow as pa

ARENAS = 2
_M_ARENA_MAX = -8  # as malloc.h has it


def bound_arenas() -> None:
    """Let glibc keep ``ARENAS`` heaps instead of eight for each processor.

    Every thread of DuckDB and Arrow would come to have one of its own, and freed memory of one is
    of no use to another. To be called before threads are there; harmless later, and elsewhere.
    """
    if hasattr(_c_library(), "mallopt"):
        _c_library().mallopt(_M_ARENA_MAX, ARENAS)


def give_back_memory() -> None:
    """Return to the system what the last step has freed.

    Allocators keep it otherwise, and a night in one process holds what its hungriest steps needed
    together.
    """
    gc.collect()
    pa.default_memory_pool().release_unused()
    if hasattr(_c_library(), "malloc_trim"):
        _c_library().malloc_trim(0)


def _c_library() -> ctypes.CDLL:
    """That of this process; musl has none of the two."""
    return ctypes.CDLL(None)
