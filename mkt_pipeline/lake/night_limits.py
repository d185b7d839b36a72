"""What stops a night of an entity before anything is committed."""

from dataclasses import dataclass

from mkt_pipeline.errors import DataRefusedError

SHRINK_LIMIT = 0.2
"""An entity that loses more of its rows in one night is rather a broken query than a fact."""

ALWAYS_ALLOWED = 10
"""Deletions; a share of a handful of rows says nothing."""


@dataclass(frozen=True)
class Limits:
    """Shares of an entity's rows: put aside because they break the contract, and gone.

    ``released`` is a number of rows, put aside or gone, that a person has accepted for this night.
    """

    may_be_empty: bool
    quarantine: float
    shrink: float = SHRINK_LIMIT
    released: int = 0


class NightHeldError(DataRefusedError):
    """A night broke a limit that a person may lift; ``rows`` is how many rows broke it."""

    def __init__(self, problem: str, *, remedy: str, rows: int) -> None:
        super().__init__(problem, remedy=remedy)
        self.rows = rows


def refuse_empty(entity: str, limits: Limits, *, total: int) -> None:
    """Refuse an entity without a row."""
    if total == 0 and not limits.may_be_empty:
        raise DataRefusedError(
            f"{entity} read no row; nothing was committed",
            remedy="check the query, the reader's rights and row-level security, or list it"
            " under may_be_empty in source.yaml",
        )


def refuse_bad(
    entity: str, limits: Limits, *, day: str, total: int, quarantined: int, rules: str
) -> None:
    """Refuse a night of which too many rows break the contract; ``rules`` names how many which."""
    if quarantined > max(limits.quarantine * total, limits.released):
        raise NightHeldError(
            f"{entity}: {quarantined:,} of {total:,} rows break the contract ({rules}), more than"
            f" {limits.quarantine:.2%}; nothing was committed",
            remedy="look at them with `mkt quarantine show`, mend the mapping or the data, or go"
            f' on without them by `mkt quarantine release {entity} --as-of {day} --reason "..."`',
            rows=quarantined,
        )


def refuse_shrunk(entity: str, limits: Limits, *, day: str, before: int, deleted: int) -> None:
    """Refuse a night that lost too many rows."""
    if deleted > max(limits.shrink * before, ALWAYS_ALLOWED, limits.released):
        raise NightHeldError(
            f"{entity}: {deleted:,} of {before:,} rows are gone, more than"
            f" {limits.shrink:.0%}; nothing was committed",
            remedy="check the query and the reader's rights; if the CRM really lost them, accept"
            f' it by `mkt quarantine release {entity} --as-of {day} --reason "..."`',
            rows=deleted,
        )
