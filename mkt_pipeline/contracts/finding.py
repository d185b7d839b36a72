"""What an examination of the surroundings has found."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """``fine`` needs nothing, ``warning`` can wait, ``problem`` stops a night; the last two have a
    remedy.
    """

    subject: str
    state: Literal["fine", "warning", "problem"]
    what: str
    remedy: str = ""
