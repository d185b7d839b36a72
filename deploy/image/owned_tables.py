"""Exit code 0 where the user of a database owns a table in it: `owned_tables.py URL`."""

import sys
from contextlib import closing

from mkt_pipeline.database_connection import connect

ASKED = "SELECT EXISTS (SELECT FROM pg_tables WHERE tableowner = current_user)"

if __name__ == "__main__":
    with closing(connect(sys.argv[1])) as connection, connection.cursor() as cursor:
        cursor.execute(ASKED)
        sys.exit(0 if cursor.fetchone()[0] else 1)
