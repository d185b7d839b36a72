"""The catalogue and the mailings as rows of the CRM."""

from datetime import UTC, datetime, time

import pyarrow as pa
from psycopg2.extensions import cursor as Cursor  # noqa: N812  the driver names it so

from mkt_pipeline.samples.dealership.catalogue import BODY_TYPES, MODELS, PACKAGES, TRIMS
from mkt_pipeline.samples.dealership.database import CRM, copy_in
from mkt_pipeline.samples.dealership.dates import TOPICS, Mailing, day_of


def write_catalogue(cursor: Cursor, *, since: int) -> None:
    """Write models, trims and service packages, last changed on the day ``since``."""
    changed = datetime.combine(day_of(since), time(), UTC)
    models = [{"model_id": i, "name": n, "body_type": BODY_TYPES[b]} for i, n, b in MODELS]
    trims = [
        {
            "trim_id": trim.trim_id,
            "model_id": trim.model_id,
            "name": trim.name,
            "list_price": trim.price,
            "is_available": True,
            "updated_at": changed,
        }
        for trim in TRIMS
    ]
    packages = [
        {
            "package_id": package.package_id,
            "name": package.name,
            "price": package.price,
            "is_repair": package.is_repair,
            "updated_at": changed,
        }
        for package in PACKAGES
    ]
    for table, rows in (("models", models), ("trims", trims), ("service_packages", packages)):
        copy_in(cursor, CRM, table, pa.Table.from_pylist(rows))


def write_mailings(cursor: Cursor, mailings: list[Mailing]) -> None:
    """Write mailings."""
    if mailings:
        rows = [
            {"mailing_id": m.mailing_id, "topic": TOPICS[m.topic], "sent_on": day_of(m.day)}
            for m in mailings
        ]
        copy_in(cursor, CRM, "mailings", pa.Table.from_pylist(rows))
