"""What is wrong with the rows of one entity, each with its remedy."""

from collections.abc import Iterator
from datetime import datetime

from mkt_pipeline.crm.check_report import Problem
from mkt_pipeline.crm.row_facts import BIRTH_YEAR, RowFacts

SHORT_CATEGORY_VALUES = 200
"""An attribute with more different texts than this is an id or a free text, not a category."""


def row_problems(
    facts: RowFacts, *, may_be_empty: bool, quarantine_limit: float, now: datetime
) -> Iterator[Problem]:
    """What is wrong with the rows; more than the limit that a night would set aside are an error.

    Updates later than ``now`` lie in the future.
    """
    name = facts.entity.name
    if not facts.rows:
        yield from _empty(name, may_be_empty=may_be_empty)
        return
    limit, bad = quarantine_limit * facts.rows, list(_bad_rows(facts))
    for count, problem, remedy in bad:
        yield Problem("error" if count > limit else "warning", problem, remedy)
    if facts.set_aside > limit and all(count <= limit for count, _, _ in bad):
        yield Problem(
            "error",
            f"{name}: together {facts.set_aside:,} of {facts.rows:,} rows would be set aside, more"
            f" than {quarantine_limit:.2%}, and the night held",
            "mend what is named above, or raise quarantine_limit in source.yaml",
        )
    yield from _references(facts)
    yield from _texts(facts)
    yield from _times(facts, now)


def _empty(name: str, *, may_be_empty: bool) -> Iterator[Problem]:
    if may_be_empty:
        yield Problem("note", f"{name} reads zero rows, as it may", "nothing to do")
        return
    yield Problem(
        "error",
        f"{name} reads zero rows",
        "look whether row-level security or a filter hides them; list it in may_be_empty of "
        "source.yaml if there are none yet",
    )


def _bad_rows(facts: RowFacts) -> Iterator[tuple[int, str, str]]:
    """Rows that a night would set aside: how many, what is wrong, and the remedy."""
    name = facts.entity.name
    if facts.repeated:
        yield (
            facts.repeated,
            f"{name}.{facts.entity.key} repeats in {facts.repeated:,} rows",
            "give every row a key of its own; look for a join that multiplies rows",
        )
    for column, count in facts.missing.items():
        yield (
            count,
            f"{name}.{column} is missing in {count:,} of {facts.rows:,} rows",
            "fill it in the query, or leave such rows out in a WHERE",
        )
    for column, count in facts.unreadable.items():
        yield (
            count,
            f"{name}.{column} cannot be read in {count:,} of {facts.rows:,} rows (infinity, NaN, "
            "before the year 1, after 9999, or beyond 14 digits)",
            "leave such rows out, or write NULL, in the query",
        )
    for column, count in facts.unknown.items():
        allowed = ", ".join(facts.entity.column(column).allowed)
        told = ", ".join(repr(value) for value in facts.unknown_values[column])
        yield (
            count,
            f"{name}.{column} holds unknown values in {count:,} of {facts.rows:,} rows: {told}",
            f"map each to one of {allowed} in a CASE",
        )


def _references(facts: RowFacts) -> Iterator[Problem]:
    """A night reads such rows, for what they point to may come later; where all do, it is wrong."""
    for column, (nowhere, every) in facts.dangling.items():
        target = facts.entity.column(column).refers_to
        yield Problem(
            "error" if nowhere == every else "warning",
            f"{facts.entity.name}.{column} points nowhere in {nowhere:,} of {every:,} rows",
            f"let the query of {target} give them, or leave these rows out; a night reads them, and"
            " nothing is known of what they point to",
        )


def _texts(facts: RowFacts) -> Iterator[Problem]:
    name = facts.entity.name
    for column, count in facts.distinct_texts.items():
        if count > SHORT_CATEGORY_VALUES:
            yield Problem(
                "warning",
                f"{name}.{column} has {count:,} different texts",
                f"group them to at most {SHORT_CATEGORY_VALUES}, or leave the attribute out",
            )


def _times(facts: RowFacts, now: datetime) -> Iterator[Problem]:
    name = facts.entity.name
    for column, count in facts.in_the_future.items():
        seen = "" if column == BIRTH_YEAR else ", and features see them when their time has come"
        yield Problem(
            "warning",
            f"{name}.{column} lies in the future in {count:,} of {facts.rows:,} rows",
            "correct them in the CRM, or leave them out where they are not meant so; a night reads"
            f" them as they are{seen}",
        )
    if facts.newest_update is None:
        yield Problem(
            "note",
            f"{name}.updated_at is never given",
            "map it where the CRM keeps it; changes are then found by comparing rows",
        )
    elif facts.newest_update > now:
        yield Problem(
            "warning",
            f"{name}.updated_at reaches {facts.newest_update:%Y-%m-%d %H:%M} UTC, in the future",
            "look whether the CRM keeps local time: AT TIME ZONE must name that zone",
        )
