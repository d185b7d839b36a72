"""The least that a night can cost: the rows out, the model over an array, the results in."""

import io
import sys
import time
from pathlib import Path

import numpy as np
import psycopg2

from mkt_pipeline.crm.source_folder import load_source

ENTITIES = ("customers", "products", "orders", "interactions", "consents", "texts")


class _Nowhere(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return len(data)  # type: ignore[arg-type]  # bytes


def main(crm: str, campaign: str, sources: str, matrix: str) -> None:
    """``matrix`` is a folder with a fitted estimator and an array of the customers' features."""
    import joblib

    stages = {}
    began = time.monotonic()
    source = load_source(Path(sources))
    with psycopg2.connect(crm) as connection, connection.cursor() as cursor:
        for name in ENTITIES:
            query = source.queries[name].strip().rstrip(";")
            cursor.copy_expert(f"COPY (SELECT * FROM ({query}\n) AS q) TO STDOUT", _Nowhere())
    stages["copy_out"] = time.monotonic() - began

    estimator = joblib.load(Path(matrix) / "estimator.joblib")
    rows = np.load(Path(matrix) / "matrix.npy")
    began = time.monotonic()
    propensity = estimator.predict_proba(rows)[:, 1]
    stages["predict"] = time.monotonic() - began

    began = time.monotonic()
    text = io.StringIO("".join(f"{n}\t{p:.6f}\n" for n, p in enumerate(propensity)))
    with psycopg2.connect(campaign) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE floor (customer_id text, propensity float8)")
        cursor.copy_expert("COPY floor FROM STDIN", text)
    stages["copy_in"] = time.monotonic() - began
    for name, seconds in stages.items():
        print(f"{name} {seconds:.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
