"""Runs what comes on standard input in one transaction: `run_sql.py URL`."""

import sys
from contextlib import closing

import psycopg2

if __name__ == "__main__":
    with (
        closing(psycopg2.connect(sys.argv[1])) as connection,
        connection,
        connection.cursor() as all_,
    ):
        all_.execute(sys.stdin.read())
