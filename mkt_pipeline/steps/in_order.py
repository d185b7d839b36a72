"""Work on a stream in several threads, with results in the order of the stream."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


@contextmanager
def in_order(
    work: Callable[[Given], Made], stream: Iterable[Given], *, threads: int
) -> Iterator[Iterator[Made]]:
    """``work`` on each element; one element per thread, and one more, is in memory at a time.

    An error is raised where its result would have come; what was begun is then waited for.
    """
    with ThreadPoolExecutor(max_workers=threads, thread_name_prefix="score") as pool:
        yield _results(pool, work, stream, threads)


def _results(
    pool: ThreadPoolExecutor,
    work: Callable[[Given], Made],
    stream: Iterable[Given],
    threads: int,
) -> Iterator[Made]:
    begun: deque[Future[Made]] = deque()
    for element in stream:
        begun.append(pool.submit(work, element))
        if len(begun) > threads:
            yield begun.popleft().result()
    while begun:
        yield begun.popleft().result()
