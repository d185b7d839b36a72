"""Columns that belong together by the order of their rows alone."""

from mkt_pipeline.errors import TryAgainError


def refuse_other_order(what: str, *, same: bool) -> None:
    """Refuse rows that were read in another order than a moment before.

    DuckDB keeps the order of the files it reads; were it ever otherwise, customers would get what
    is meant for others.
    """
    if not same:
        raise TryAgainError(
            f"the {what} were read in another order than a moment ago",
            remedy="run it again; if it happens again, report it with the version of DuckDB",
        )
