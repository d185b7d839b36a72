"""Nights on Celery end, with nothing twice and nothing lost, whatever is killed in them."""

from datetime import UTC, datetime

import pytest

from cluster.celery_stack import REDIS, CeleryStack
from mkt_pipeline.stack.dag_following import follow

pytestmark = pytest.mark.skipif(
    REDIS is None, reason="redis-server is not installed (Debian, Ubuntu: apt install redis-server)"
)
DAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def stack(tmp_path_factory, free_port):
    """Two workers, and a night that was left in peace."""
    stack = CeleryStack(tmp_path_factory.mktemp("cluster") / ".mkt", free_port, DAY)
    try:
        stack.begin(customers=2000)
        assert follow(stack.api, stack.begin_night(), lambda _: None).state == "success"
        yield stack
    finally:
        stack.end()


def test_a_training_is_signed_by_who_ran_the_command(stack):
    (trained,) = stack.decisions()
    assert (trained["act"], trained["decided_by"]) == ("training", "test")


def test_a_night_ends_although_a_worker_is_killed_in_it(stack):
    before, run = stack.segments(), stack.begin_night()
    killed = stack.kill_a_worker_in(run)
    ended = follow(stack.api, run, lambda _: None)
    stack.start_worker(int(killed[-1]))
    assert ended.state == "success"
    assert max(task.try_number for task in stack.api.tasks(run)) > 1
    assert stack.segments() == before


def test_a_night_ends_although_redis_and_the_scheduler_are_restarted_in_it(stack):
    before, run = stack.segments(), stack.begin_night()
    stack.kill("redis")
    stack.kill_scheduler()
    stack.start_redis()
    stack.start_piece("scheduler")
    assert follow(stack.api, run, lambda _: None).state == "success"
    assert stack.segments() == before
