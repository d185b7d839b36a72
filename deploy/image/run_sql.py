"""Runs what comes on standard input in one transaction: `run_sql.py URL`."""

import sys
from contextlib import closing

from mkt_pipeline.database_connection import connect

if __name__ == "__main__":
    with (
        closing(connect(sys.argv[1])) as connection,
        connection,
        connection.cursor() as all_,
    ):
        all_.execute(sys.stdin.read())
