"""The SQL statements of this edge, each in a file of its own."""

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> str:
    """The text of ``sql/<name>.sql``."""
    return (files("mkt_pipeline.crm") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
