"""Reasons that are kept for good."""

import pytest

from mkt_pipeline.contracts.stated_reason import LONGEST, stated_reason
from mkt_pipeline.errors import BadInputError


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("", "no reason"),
        (" \n ", "no reason"),
        ("x" * (LONGEST + 1), "1,001 characters"),
        ("a\0b", "no text"),
        ("a\x1b[31mb", "no text"),
        ("a\ud800b", "no text"),
    ],
)
def test_what_cannot_be_kept_is_refused(reason, problem):
    with pytest.raises(BadInputError, match=problem):
        stated_reason(reason)


@pytest.mark.parametrize(
    "reason",
    [
        "C-4711",
        "call of C-4711",
        "call of C-4711, about a car",
        "(C-4711)",
        "call of c-4711.",
        '"C-4711"',
        "C-4711's call",
    ],
)
def test_the_customer_is_not_named(reason):
    with pytest.raises(BadInputError, match="names the customer") as refused:
        stated_reason(reason, about="C-4711")
    assert "4711" not in str(refused.value)


@pytest.mark.parametrize("reason", ["call of C-47110", "request in May", "XC-4711", "第4711号"])
def test_what_only_looks_alike_is_kept(reason):
    assert stated_reason(f"  {reason} ", about="C-4711") == reason


@pytest.mark.parametrize(
    "reason", ["理由：\u3000来信", "à\u00a0voir", "می\u200cخواهم", "👩\u200d💻"]
)
def test_every_script_is_text(reason):
    assert stated_reason(reason) == reason


def test_a_reason_may_have_lines():
    assert stated_reason("first\r\n\tsecond") == "first\r\n\tsecond"
