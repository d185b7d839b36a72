"""What most people write: whole tables into pandas, group-bys, one big predict, to_sql."""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import sqlalchemy

from mkt_pipeline.crm.source_folder import load_source

WINDOWS = (30, 90, 365)


def main(crm: str, campaign: str, sources: str, matrix: str, day: str) -> None:
    """Prints the seconds of each stage; ``matrix`` holds the estimator."""
    import joblib

    began = time.monotonic()
    tables = _read(crm, sources)
    _told("read_sql", began)

    began = time.monotonic()
    frame = _features(tables, pd.Timestamp(day, tz="UTC"))
    _told("features", began)

    began = time.monotonic()
    estimator = joblib.load(Path(matrix) / "estimator.joblib")
    wanted = estimator.n_features_in_
    values = frame.select_dtypes("number").to_numpy(dtype=float)
    padded = np.zeros((len(frame), wanted))
    padded[:, : min(wanted, values.shape[1])] = values[:, :wanted]
    frame["propensity"] = estimator.predict_proba(padded)[:, 1]
    _told("predict", began)

    began = time.monotonic()
    frame["segment"] = pd.cut(frame["propensity"], [-1, 0.08, 0.2, 2], labels=["l", "m", "h"])
    out = frame[["propensity", "segment"]].astype({"segment": str}).reset_index()
    engine = sqlalchemy.create_engine(campaign.replace("postgresql://", "postgresql+psycopg2://"))
    out.to_sql("naive_segments", engine, if_exists="replace", index=False, chunksize=10_000)
    _told("to_sql", began)


def _read(crm: str, sources: str) -> dict[str, pd.DataFrame]:
    engine = sqlalchemy.create_engine(crm.replace("postgresql://", "postgresql+psycopg2://"))
    source = load_source(Path(sources))
    with engine.connect() as connection:
        return {
            name: pd.read_sql(sqlalchemy.text(source.queries[name].strip().rstrip(";")), connection)
            for name in ("customers", "products", "orders", "interactions", "consents")
        }


def _features(tables: dict[str, pd.DataFrame], day: pd.Timestamp) -> pd.DataFrame:
    customers = tables["customers"].set_index("customer_id")
    orders = tables["orders"].merge(
        tables["products"][["product_id", "category"]], on="product_id", how="left"
    )
    frame = pd.DataFrame(index=customers.index)
    frame["age"] = day.year - customers["birth_year"]
    frame["tenure"] = (day - pd.to_datetime(customers["created_at"], utc=True)).dt.days
    for name in ("attr_annual_km", "attr_distance_km"):
        frame[name] = customers[name]
    orders["ordered_at"] = pd.to_datetime(orders["ordered_at"], utc=True)
    orders["amount"] = orders["amount"].astype(float)
    bought = orders[orders["status"] == "confirmed"]
    _counts(frame, bought, "ordered_at", "orders", day)
    for category, some in bought.groupby("category"):
        _counts(frame, some, "ordered_at", f"orders_{category}", day)
    for days in WINDOWS:
        recent = bought[bought["ordered_at"] >= day - pd.Timedelta(days=days)]
        frame[f"amount_{days}d"] = recent.groupby("customer_id")["amount"].sum()
    quotes = orders[orders["status"] == "quote"]
    _counts(frame, quotes, "ordered_at", "quotes", day)
    interactions = tables["interactions"]
    interactions["occurred_at"] = pd.to_datetime(interactions["occurred_at"], utc=True)
    for kind, some in interactions.groupby("kind"):
        _counts(frame, some, "occurred_at", f"contacts_{kind}", day)
    return frame


def _counts(
    frame: pd.DataFrame, rows: pd.DataFrame, time_column: str, name: str, day: pd.Timestamp
) -> None:
    frame[f"days_since_{name}"] = (day - rows.groupby("customer_id")[time_column].max()).dt.days
    for days in WINDOWS:
        recent = rows[rows[time_column] >= day - pd.Timedelta(days=days)]
        frame[f"{name}_{days}d"] = recent.groupby("customer_id").size()


def _told(stage: str, began: float) -> None:
    print(f"{stage} {time.monotonic() - began:.3f}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
