"""Why a person did something, in their own words, as it is kept for good."""

import re
import unicodedata

from mkt_pipeline.errors import BadInputError

LONGEST = 1000


def stated_reason(reason: str, *, about: str | None = None) -> str:
    """The reason without the space around it; BadInputError where it cannot be kept.

    That is one that is empty, longer than 1,000 characters, or holds what is no text. ``about`` is
    the key of the customer whom the act concerns: a reason must not name it, in upper or lower case
    and whatever stands around it, for the record of an act is never changed.
    """
    told = reason.strip()
    if not told:
        raise BadInputError("no reason was given", remedy="say why, for those after us")
    if len(told) > LONGEST:
        raise BadInputError(
            f"the reason has {len(told):,} characters", remedy=f"say it in {LONGEST:,} at most"
        )
    if any(_is_no_text(one) for one in told):
        raise BadInputError(
            "the reason holds characters that are no text", remedy="type it again, as plain text"
        )
    if about is not None and _names(told, about.strip()):
        raise BadInputError(
            "the reason names the customer, or has a number like the customer's key",
            remedy="say why without it, such as: request by mail in May",
        )
    return told


def _is_no_text(one: str) -> bool:
    """A control character or half of a pair; what joins or spaces letters in a script is text."""
    return unicodedata.category(one) in ("Cc", "Cs") and one not in "\n\t\r"


def _names(told: str, customer_id: str) -> bool:
    alone = rf"(?<!\w){re.escape(customer_id.casefold())}(?!\w)"
    return re.search(alone, told.casefold()) is not None
