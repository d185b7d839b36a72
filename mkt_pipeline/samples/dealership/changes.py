"""Changes of rows that are already in the CRM: updates, merges and deletions."""

from datetime import datetime

import numpy as np
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812  the driver names it so

from mkt_pipeline.samples.dealership.catalogue import CITIES
from mkt_pipeline.samples.dealership.database import CRM, statement
from mkt_pipeline.samples.dealership.instants import as_datetimes
from mkt_pipeline.samples.dealership.journal import Columns, Journal

PERSON_TABLES = (
    "household_changes",
    "vehicles_owned",
    "leads",
    "test_drives",
    "quotes",
    "sales",
    "service_visits",
    "web_visits",
    "mailing_sends",
    "consent_log",
    "complaints",
    "reviews",
)
"""Tables with rows that belong to a person."""


def update_rows(cursor: Cursor, journal: Journal, *, before: datetime) -> dict[str, int]:
    """Apply what the journal says of rows that were there; returns the rows changed by table."""
    updated = {
        "households": _households(cursor, journal.take("moves")),
        "vehicles_owned": _disposals(cursor, journal.take("disposals")),
        "persons": _archived(cursor, journal.take("archived")),
    }
    cursor.execute(statement("cancel_sales"), {"before": before})
    return {**updated, "sales": cursor.rowcount}


def merge_persons(cursor: Cursor, merged: list[tuple[int, int]]) -> None:
    """Move all rows of each old person to the new one, and delete the old one."""
    old_ids, new_ids = [old for old, _ in merged], [new for _, new in merged]
    for table in PERSON_TABLES:
        command = sql.SQL(statement("move_rows")).format(table=sql.Identifier(CRM, table))
        cursor.execute(command, {"old_ids": old_ids, "new_ids": new_ids})
    _delete(cursor, ("persons",), old_ids)
    cursor.execute(statement("forget_duplicates"), {"old_ids": old_ids})


def delete_persons(cursor: Cursor, person_ids: list[int]) -> None:
    """Delete persons and all that belongs to them, without a trace."""
    _delete(cursor, (*PERSON_TABLES, "persons"), person_ids)


def _delete(cursor: Cursor, tables: tuple[str, ...], person_ids: list[int]) -> None:
    for table in tables:
        command = sql.SQL(statement("delete_rows")).format(table=sql.Identifier(CRM, table))
        cursor.execute(command, {"person_ids": person_ids})


def _households(cursor: Cursor, changes: Columns | None) -> int:
    if changes is None:
        return 0
    order = np.argsort(changes["changed_at"], kind="stable")
    ids, place = np.unique(changes["household_id"][order], return_inverse=True)
    grew = changes["kind"][order] == 1
    city = np.full(len(ids), -1)
    city[place[~grew]] = changes["city"][order][~grew]
    changed_at = np.zeros(len(ids), dtype=np.int64)
    changed_at[place] = changes["changed_at"][order]
    moved_to = [CITIES[index] if index >= 0 else (None, None) for index in city.tolist()]
    values = {
        "household_ids": ids.tolist(),
        "grown_by": np.bincount(place[grew], minlength=len(ids)).tolist(),
        "cities": [name for name, _ in moved_to],
        "regions": [region for _, region in moved_to],
        "changed_at": as_datetimes(changed_at),
    }
    cursor.execute(statement("update_households"), values)
    return int(cursor.rowcount)


def _disposals(cursor: Cursor, disposals: Columns | None) -> int:
    if disposals is None:
        return 0
    values = {
        "vehicle_ids": disposals["vehicle_id"].tolist(),
        "disposed_at": as_datetimes(disposals["disposed_at"]),
    }
    cursor.execute(statement("dispose_vehicles"), values)
    return int(cursor.rowcount)


def _archived(cursor: Cursor, archived: Columns | None) -> int:
    if archived is None:
        return 0
    values = {
        "person_ids": archived["person_id"].tolist(),
        "archived_at": as_datetimes(archived["archived_at"]),
    }
    cursor.execute(statement("archive_persons"), values)
    return int(cursor.rowcount)
