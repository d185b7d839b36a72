"""Taking one person out of every campaign table, and searching for what is left."""

from collections.abc import Mapping

from psycopg2 import sql

from mkt_pipeline.campaign.audit import record_act
from mkt_pipeline.campaign.session import Session


def erase(
    session: Session,
    customer_id: str,
    *,
    person_hash: str,
    who: str | None,
    reason: str,
    before: Mapping[str, int],
) -> dict[str, int]:
    """Remove a person from every table with a customer, and record it, in one transaction.

    ``before`` is what was removed elsewhere, by table; the record has that too. Publications keep
    their counts and say how many of their customers were erased.
    """
    with session.transaction():
        # A publication that is being written has to be done, for its rows go as well.
        for row in session.rows("known_use_cases"):
            session.run("lock", name=f"use case {row['use_case']}")
    with session.transaction():
        session.run("mark_erased", customer_id=customer_id)
        tables = [row["name"] for row in session.rows("customer_tables")]
        counts = {f"campaign.{name}": _erase_from(session, name, customer_id) for name in tables}
        every = {**before, **counts}
        record_act(session, "erase", who=who, reason=reason, person_hash=person_hash, counts=every)
    for name in tables if _may_vacuum(session) else ():
        session.run_alone("vacuum_table", customer_table=_table(name))
    return counts


def left_of(session: Session, customer_id: str) -> list[str]:
    """The columns that still name a person, a line each."""
    found = []
    with session.transaction():
        for row in session.rows("text_columns"):
            count = session.number_on(
                "count_customer",
                {"customer_id": customer_id},
                customer_table=_table(row["table_name"]),
                text_column=sql.Identifier(row["column_name"]),
            )
            if count:
                found.append(f"campaign.{row['table_name']}.{row['column_name']}: {count:,} rows")
    return found


def _may_vacuum(session: Session) -> bool:
    """Who does not own the tables leaves it to autovacuum, which looks at them for every row."""
    with session.transaction():
        (found,) = session.rows("may_vacuum")
    return bool(found["may_vacuum"])


def _erase_from(session: Session, name: str, customer_id: str) -> int:
    return session.number_on(
        "erase_customer", {"customer_id": customer_id}, customer_table=_table(name)
    )


def _table(name: str) -> sql.Identifier:
    return sql.Identifier("campaign", name)
