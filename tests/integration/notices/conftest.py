"""Servers that take notices, anew for each test."""

from collections.abc import Callable, Iterator

import pytest
from notice_servers import Hook, Mailbox, mail_server, web_server


@pytest.fixture
def mailbox(free_port: Callable[[], int]) -> Iterator[Mailbox]:
    with mail_server(free_port()) as box:
        yield box


@pytest.fixture
def hook() -> Iterator[Hook]:
    with web_server() as got:
        yield got
