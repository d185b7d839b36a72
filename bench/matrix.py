"""The champion's estimator and the customers as it sees them, for the floor and the naive way."""

import sys
from datetime import date
from pathlib import Path

import joblib
import numpy as np

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.tracking.server import Tracking


def main(lake_uri: str, mlflow: str, use_case: str, day: str, target: str) -> None:
    """Write ``estimator.joblib`` and ``matrix.npy`` into ``target``."""
    folder = Path(target)
    folder.mkdir(parents=True, exist_ok=True)
    champion = Tracking(mlflow).champion(use_case)
    pipeline = champion.model.model
    names = [feature.name for feature in champion.features]
    lake = Lake(lake_uri, "dealership", "UTC", folder / "scratch")
    with lake.session() as session:
        table = lake.feature_table(session, use_case, AsOf(date.fromisoformat(day)))
        batches = session.stream(table.select(names), rows=50_000)
        encode = pipeline[:-1].transform
        blocks = [encode(batch.to_pandas()).astype(np.float64) for batch in batches]
    np.save(folder / "matrix.npy", np.concatenate(blocks))
    joblib.dump(pipeline[-1], folder / "estimator.joblib")


if __name__ == "__main__":
    main(*sys.argv[1:])
