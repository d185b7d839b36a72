"""The parts of the operator's page that need no browser."""

import string
from datetime import UTC, date, datetime

import pytest
from starlette.requests import Request

from mkt_pipeline.operator_page import wording
from mkt_pipeline.operator_page.assets import OWN, PLOTLY, content
from mkt_pipeline.operator_page.form_token import HOURS, form_token, is_ours
from mkt_pipeline.operator_page.translations import LANGUAGES, language_of, told, words


def test_every_language_has_every_text_with_the_same_gaps():
    def gaps(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    first = words("en")
    for language in LANGUAGES:
        assert {key: gaps(text) for key, text in words(language).items()} == {
            key: gaps(text) for key, text in first.items()
        }, language


def test_gaps_are_filled():
    assert told("en", "held.title", day="1 Nov 2026") == "The night of 1 Nov 2026 is held"


def request(*, query="", cookie="", accept=""):
    headers = [(b"accept-language", accept.encode()), (b"cookie", cookie.encode())]
    return Request({"type": "http", "query_string": query.encode(), "headers": headers})


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ({}, "en"),
        ({"accept": "zh-CN,zh;q=0.9,en;q=0.8"}, "zh"),
        ({"accept": "de, en;q=0.5, zh;q=0.7"}, "zh"),
        ({"accept": "zh;q=0, en;q=0.1"}, "en"),
        ({"accept": "zh;q=much"}, "en"),
        ({"accept": "zh", "cookie": "mkt_language=en"}, "en"),
        ({"query": "language=zh", "cookie": "mkt_language=en"}, "zh"),
        ({"query": "language=xx"}, "en"),
    ],
)
def test_the_language_is_what_was_switched_to_else_what_the_browser_prefers(asked, language):
    assert language_of(request(**asked)) == language


@pytest.mark.parametrize(
    ("made", "now", "secret", "visitor", "ours"),
    [
        (1000, 1000, "s", "approver", True),
        (1000, 1000 + HOURS * 3600, "s", "approver", True),
        (1000, 1001 + HOURS * 3600, "s", "approver", False),
        (1000, 999, "s", "approver", False),
        (1000, 1000, "t", "approver", False),
        (1000, 1000, "s", "analyst", False),
    ],
)
def test_a_token_is_for_one_visitor_and_for_a_working_day(made, now, secret, visitor, ours):
    assert is_ours(form_token("s", "approver", now=made), secret, visitor, now=now) == ours


@pytest.mark.parametrize("token", ["", ".", "x.y", "1", "1.", "٣.x", "9" * 40 + ".x", "1.é"])
def test_what_is_no_token_is_refused(token):
    assert not is_ours(token, "s", "approver", now=1000)


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (None, "–", "–"),
        (4.2, "4 s", "4秒"),
        (252, "4 min", "4分"),
        (3661, "1 h 01 min", "1小时 01分"),
    ],
)
def test_how_long_something_took(seconds, english, chinese):
    assert wording.lasting(seconds, "en") == english
    assert wording.lasting(seconds, "zh") == chinese


def test_numbers_and_days_as_a_person_reads_them():
    assert (wording.number(12345), wording.change(-3), wording.change(0)) == ("12,345", "−3", "±0")
    assert (wording.share(0.1234), wording.share(None)) == ("12.3 %", "–")
    assert wording.day(date(2026, 11, 1), "zh") == "2026年11月1日"
    assert wording.full_day(date(2026, 11, 1), "en") == "Sunday, 1 Nov 2026"
    assert wording.full_day(date(2026, 11, 1), "zh") == "2026年11月1日 星期日"
    moment = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    assert wording.moment(moment, "en", "Europe/Berlin") == "1 Nov 2026 00:30"


def test_what_a_browser_needs_lies_in_the_packages():
    assert content(PLOTLY).startswith(b"/**\n* plotly.js v")
    assert all(content(name) for name in OWN)
