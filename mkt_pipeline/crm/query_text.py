"""A query as text: where it stands, what in it is code, and which names it mentions."""

import re
from pathlib import Path
from typing import Self

_NOT_CODE = re.compile(
    r"--[^\n]*"  # a comment to the end of its line
    r"|/\*.*?\*/"  # a comment over several lines
    r"|\$(\w*)\$.*?\$\1\$"  # a text between dollars
    r"|'(?:[^']|'')*'",  # a text
    re.DOTALL,
)
_QUOTED_NAME = re.compile(r'"(?:[^"]|"")*"')
_NAME = re.compile(r'"((?:[^"]|"")*)"|([^\W\d]\w*)')


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
    code = _QUOTED_NAME.sub('""', _NOT_CODE.sub(" ", text)).strip().rstrip(";").strip()
    if not code:
        return "holds no statement"
    if ";" in code:
        return "holds more than one statement"
    if not re.match(r"(?i)(select|with)\b", code):
        return f"starts with {code.split()[0]!r}"
    return None


def names_in(text: str) -> frozenset[str]:
    """Every word and quoted name in the code of a query, as PostgreSQL folds them."""
    found = _NAME.findall(_NOT_CODE.sub(" ", text))
    return frozenset(quoted.replace('""', '"') or word.lower() for quoted, word in found)
