"""The statements that lie beside this package as ``.sql`` files."""

from functools import cache
from importlib import resources


@cache
def statement(name: str) -> str:
    """The text of ``sql/<name>.sql``, with its header."""
    return resources.files(__package__).joinpath("sql", f"{name}.sql").read_text("utf-8")
