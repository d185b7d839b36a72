"""A query as text: where it stands, and what in it is code."""

import re
from pathlib import Path
from typing import Self

# In one pass, for each of these may hold the signs with which the others begin.
_PIECE = re.compile(
    r"(?P<line>--[^\n]*)"  # a comment to the end of its line
    r"|/\*"  # one over several lines, which may hold others
    r'|(?P<name>(?:U&)?"(?:[^"]|"")*")'  # a quoted name
    r"|(?<![\w$])\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$"  # a text between dollars
    r"|(?<![\w$])E'(?:[^'\\]|''|\\.)*'"  # a text in which a backslash hides a quote
    r"|'(?:[^']|'')*'",  # a text
    re.DOTALL | re.IGNORECASE,
)
_COMMENT = re.compile(r"/\*|\*/")
_OPENING = re.compile(r"""['"]|(?<![\w$])\$(?:[^\W\d]\w*)?\$""")


class FileQuery(str):
    """The text of a query that remembers its ``file``, so that an error can name it."""

    __slots__ = ("file",)
    file: str

    @classmethod
    def of(cls, text: str, path: Path) -> Self:
        """The text of ``sources/NAME/ENTITY.sql``, with that much of its path."""
        query = cls(text)
        query.file = "/".join(path.absolute().parts[-3:])
        return query


def reading(entity: str, query: str) -> str:
    """What is being done, for an error: ``reading orders (sources/shop/orders.sql)``."""
    return f"reading {entity}{_where(query)}"


def checking(what: str, query: str) -> str:
    """The same of ``mkt source check``."""
    return f"checking {what}{_where(query)}"


def _where(query: str) -> str:
    return f" ({query.file})" if isinstance(query, FileQuery) else ""


def query_problem(text: str) -> str | None:
    """Why a text is not exactly one SELECT; None where it is."""
    if "\0" in text:
        return "holds a zero byte"
    code = _code(text)
    if code is None:
        return "begins a comment, a text or a quoted name that does not end"
    code = code.strip().rstrip(";").strip()
    if not code:
        return "holds no statement"
    if ";" in code:
        return "holds more than one statement"
    if not re.match(r"(?i)(select|with)\b", code):
        return f"starts with {code.split()[0]!r}"
    if _closes_unopened(code):
        return "closes a bracket that it did not open"
    return None


def _code(text: str) -> str | None:
    """The text without comments and texts, its quoted names as ``x``; None where one has no end."""
    kept: list[str] = []
    at = depth = 0
    # Inside a comment over several lines only the signs of such comments count.
    while piece := (_COMMENT if depth else _PIECE).search(text, at):
        if depth:
            depth += 1 if piece[0] == "/*" else -1
        else:
            kept += [text[at : piece.start()], "x" if piece["name"] else " "]
            depth = 1 if piece[0] == "/*" else 0
        at = piece.end()
    code = "".join([*kept, text[at:]])
    return None if depth or _OPENING.search(code) else code


def _closes_unopened(code: str) -> bool:
    depth = 0
    for sign in re.findall(r"[()]", code):
        depth += 1 if sign == "(" else -1
        if depth < 0:
            return True
    return False
