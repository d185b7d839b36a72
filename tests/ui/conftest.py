"""A real browser before the real page, on real nights."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from wired import wired

from .nights import TODAY, Shown, make_nights
from .served import served, whole

# Taken out, for it is no setting of the project, and a misspelt setting is refused.
CHROMIUM = os.environ.pop("MKT_CHROMIUM", None) or "/usr/bin/chromium"
# What Chromium says of how Airflow frames its views; ours to bear.
AIRFLOWS_FRAME = "iframe which has both allow-scripts and allow-same-origin"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="package")
def shown(tmp_path_factory, free_port) -> Iterator[Shown]:
    """Three nights and one of the summer, made once; tests put back what they change."""
    home = tmp_path_factory.mktemp("operator page") / "state"
    with wired(home, free_port, today=TODAY) as pipeline:
        yield make_nights(pipeline, nights=3)


@pytest.fixture(scope="package")
def address(shown, free_port) -> Iterator[str]:
    with served(whole(lambda: shown.pipeline), free_port()) as found:
        yield found


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).is_file():
        pytest.skip(f"there is no browser at {CHROMIUM}: install chromium, or set MKT_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Visit:
    """A browser of one visitor, who hears every complaint of its console."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.complaints: list[str] = []
        self.page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message) -> None:
        if AIRFLOWS_FRAME in message.text:
            return
        if message.type in ("error", "warning", "trace"):
            self.complaints.append(f"{message.text} at {message.location}")

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.address}{path}")
        self.drawn()
        return self.page

    def drawn(self) -> None:
        """Wait until no chart is being drawn any more."""
        expect(self.page.locator(".chart[aria-busy=true]")).to_have_count(0, timeout=30_000)


@pytest.fixture
def visit(chromium, address):
    """A function that opens a browser for somebody; at the end none of them may have complained.

    What a test expects to be refused, it takes out of ``complaints`` itself.
    """
    opened = []

    def come(who: str | None = "approver", **options) -> Visit:
        options = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, **options}
        context = chromium.new_context(**options)
        context.set_default_timeout(20_000)
        if who:
            context.add_cookies([{"name": "who", "value": who, "url": address}])
        opened.append(Visit(context, address))
        return opened[-1]

    yield come
    for one in opened:
        one.context.close()
    assert [complaint for one in opened for complaint in one.complaints] == []
