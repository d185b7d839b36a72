"""Work in several threads keeps the order of the stream and its errors."""

import threading
import time

import pytest

from mkt_pipeline.steps.in_order import in_order


def test_results_come_in_the_order_of_the_stream():
    def slow_first(number: int) -> int:
        time.sleep(0.02 if number % 3 == 0 else 0)
        return number

    with in_order(slow_first, range(20), threads=3) as found:
        assert list(found) == list(range(20))


def test_no_more_is_taken_from_the_stream_than_there_are_threads_and_one():
    taken, done = [], []

    def stream():
        for number in range(10):
            taken.append(number)
            yield number

    with in_order(lambda number: number, stream(), threads=2) as found:
        for number in found:
            done.append(number)
            assert len(taken) - len(done) <= 2


def test_an_error_is_raised_where_its_result_would_have_come():
    def fails_at_three(number: int) -> int:
        if number == 3:
            raise ValueError(number)
        return number

    seen = []
    with (
        pytest.raises(ValueError, match="3"),
        in_order(fails_at_three, range(9), threads=2) as found,
    ):
        seen.extend(found)
    assert not [one for one in threading.enumerate() if one.name.startswith("score")]


def test_several_are_at_work_at_once():
    both = threading.Barrier(2, timeout=10)
    with in_order(lambda _: both.wait(), range(4), threads=2) as found:
        assert len(list(found)) == 4
