"""The name of a database role, as it is written into SQL for a person to run."""

from mkt_pipeline.errors import BadInputError

LONGEST = 63
"""Bytes; PostgreSQL cuts longer names off, and would grant to another role."""


def refuse_unusable_role(name: str) -> None:
    """BadInputError for a name that is empty, too long, or holds signs that cannot be seen.

    A line break would end the comment that the name stands in.
    """
    if name and len(name.encode()) <= LONGEST and name.isprintable():
        return
    raise BadInputError(
        f"the role {name[:LONGEST]!r} is empty, longer than {LONGEST} bytes, or holds signs that"
        " cannot be seen",
        remedy="write the name of the role as CREATE ROLE had it",
    )
