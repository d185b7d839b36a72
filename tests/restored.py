"""What a restore has brought back, and one in a process of its own."""

import psycopg2

from mkt_pipeline.backup.places import places
from mkt_pipeline.backup.postgres_programs import mark_of

YESTERDAY = "2026-06-01"

RESTORING = """
import sys
from pathlib import Path
from mkt_pipeline.backup.places import places
from mkt_pipeline.backup.restore import restore_backup
from mkt_pipeline.settings import Settings
settings = Settings.model_validate_json(sys.stdin.readline())
print("begins", flush=True)
restore_backup(places(settings), Path(sys.argv[1]), source="dealership")
"""


def rows(url, query):
    connection = psycopg2.connect(url)
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = cursor.fetchall()
    connection.close()
    return found


def published(pipeline):
    return rows(
        pipeline.campaign,
        "SELECT customer_id, propensity, segment, reasons::text, recommended_products::text"
        " FROM campaign.current_segments ORDER BY customer_id",
    )


def is_whole(original, found):
    (told,) = rows(
        places(original.settings).databases["campaign"],
        f"SELECT rows FROM campaign.publications WHERE as_of = '{YESTERDAY}'",
    )
    back = rows(found.databases["campaign"], "SELECT count(*) FROM campaign.segments")
    marks = [mark_of(url) for url in found.databases.values()]
    return (back, marks, found.notes.exists()) == ([told], [None] * 3, False)
