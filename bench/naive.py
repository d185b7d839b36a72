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
            for name in ("customers", "products", "orders", "interactions", "consents", "texts")
        }


def _features(tables: dict[str, pd.DataFrame], day: pd.Timestamp) -> pd.DataFrame:
    """The features of the shipped use case, nearly all of them, as one writes them at first."""
    frame = _of_customers(tables["customers"], day)
    categories = tables["products"][["product_id", "category"]]
    _of_orders(frame, tables["orders"].merge(categories, on="product_id", how="left"), day)
    interactions = tables["interactions"].merge(categories, on="product_id", how="left")
    _of_interactions(frame, interactions, day)
    _of_consents(frame, tables["consents"])
    _of_texts(frame, tables["texts"], day)
    return frame


def _of_customers(table: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    customers = table.set_index("customer_id")
    frame = pd.DataFrame(index=customers.index)
    frame["age_years"] = day.year - customers["birth_year"]
    frame["tenure_days"] = (day - pd.to_datetime(customers["created_at"], utc=True)).dt.days
    for name in ("attr_annual_km", "attr_distance_km"):
        frame[name] = customers[name]
    for name in ("gender", "region", "country", "acquisition_channel"):
        frame[name] = customers[name].astype("category").cat.codes
    return frame


def _of_orders(frame: pd.DataFrame, orders: pd.DataFrame, day: pd.Timestamp) -> None:
    orders["ordered_at"] = pd.to_datetime(orders["ordered_at"], utc=True)
    orders["amount"] = orders["amount"].astype(float)
    bought = orders[orders["status"] == "confirmed"]
    _counts(frame, bought, "ordered_at", "orders", day)
    for category, some in bought.groupby("category"):
        _counts(frame, some, "ordered_at", f"orders_in_{category}", day)
    for days in WINDOWS:
        recent = bought[bought["ordered_at"] >= day - pd.Timedelta(days=days)]
        frame[f"amount_{days}d"] = recent.groupby("customer_id")["amount"].sum()
    groups = bought.groupby("customer_id")
    frame["orders_total"] = groups["order_id"].nunique()
    frame["amount_per_order"] = groups["amount"].sum() / frame["orders_total"]
    frame["days_since_first_order"] = (day - groups["ordered_at"].min()).dt.days
    frame["days_between_orders"] = (
        bought.sort_values(["customer_id", "ordered_at"])
        .groupby("customer_id")["ordered_at"]
        .diff()
        .dt.days.groupby(bought["customer_id"])
        .mean()
    )
    frame["products_bought"] = groups["product_id"].nunique()
    frame["categories_bought"] = groups["category"].nunique()
    frame["campaign_orders_total"] = bought.groupby("customer_id")["campaign_id"].count()
    last = bought[bought["category"] == "vehicle"].sort_values("ordered_at")
    frame["last_target_amount"] = last.groupby("customer_id")["amount"].last()
    frame["returns_total"] = orders[orders["status"] == "returned"].groupby("customer_id").size()
    _counts(frame, orders[orders["status"] == "quote"], "ordered_at", "quotes", day)


def _of_interactions(frame: pd.DataFrame, interactions: pd.DataFrame, day: pd.Timestamp) -> None:
    interactions["occurred_at"] = pd.to_datetime(interactions["occurred_at"], utc=True)
    _counts(frame, interactions, "occurred_at", "interactions", day)
    wanted = interactions[interactions["category"] == "vehicle"]
    _counts(frame, wanted, "occurred_at", "target_interest", day)
    for kind, some in interactions.groupby("kind"):
        _counts(frame, some, "occurred_at", kind, day)
    recent = interactions[interactions["occurred_at"] >= day - pd.Timedelta(days=365)]
    for channel, some in recent.groupby("channel"):
        frame[f"channel_{channel}_365d"] = some.groupby("customer_id").size()
    campaigns = recent[recent["campaign_id"].notna()]
    frame["campaign_interactions_365d"] = campaigns.groupby("customer_id").size()


def _of_consents(frame: pd.DataFrame, consents: pd.DataFrame) -> None:
    newest = consents.sort_values("effective_at").groupby(["customer_id", "channel"]).last()
    for channel, some in newest.reset_index().groupby("channel"):
        frame[f"consent_{channel}"] = some.set_index("customer_id")["status"] == "granted"


def _of_texts(frame: pd.DataFrame, texts: pd.DataFrame, day: pd.Timestamp) -> None:
    texts["written_at"] = pd.to_datetime(texts["written_at"], utc=True)
    _counts(frame, texts, "written_at", "texts", day)
    frame["mean_rating"] = texts.groupby("customer_id")["rating"].mean()


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
