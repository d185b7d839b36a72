"""A small training whose result is logged and registered, for tests against a real MLflow."""

from datetime import date

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.modelling.baseline import Roles
from mkt_pipeline.modelling.labelled import Labelled
from mkt_pipeline.modelling.nobody import rows_of_nobody
from mkt_pipeline.modelling.outcome import TrainingOutcome
from mkt_pipeline.modelling.rolling_origin import Fold
from mkt_pipeline.modelling.season import Season, SeasonFound
from mkt_pipeline.modelling.training import train
from mkt_pipeline.modelling.tuning import Budget, Tuning
from mkt_pipeline.tracking import DataIdentity, Tracking, TrainedRun

AS_OF = AsOf(date(2026, 6, 1))
DATA = DataIdentity("customer features", "ab" * 32, 1234, "file:///lake/features/repeat@7")
NOTE = "Trained on two dates. Boosting was chosen. It beats the baseline."
TAGS = {"code_version": "abc1234", "history": "observed", "airflow_dag_id": "propensity_training"}
FEATURES = (
    Feature("days_since_last_order", "orders", "number", "Days.", "last order {value} days ago"),
    Feature("orders_90d", "orders", "number", "Orders.", "{value} orders in the last 90 days"),
    Feature("amount_90d", "orders", "number", "Money.", "bought for {value}"),
    Feature("is_new", "profile", "flag", "New.", "new customer"),
    Feature("region", "profile", "category", "Region.", "lives in {value}"),
)

SEASON = SeasonFound(
    Season("2026-03-01", [0.0, 0.1, 0.2, *[0.1] * 9]), "Season of the base rate.", 0.01, 0.1
)


def use_case(name: str) -> UseCase:
    """A use case of this name."""
    return UseCase.model_validate(
        {
            "name": name,
            "title": "Buys again",
            "owner": "growth",
            "sources": ["shop"],
            "target": {},
            "horizon_days": 30,
            "segments": {"rule": "thresholds", "high": 0.3, "medium": 0.1},
        }
    )


def labelled(day: str, seed: int, rows: int = 600) -> Labelled:
    """Customers who buy the likelier the more they ordered."""
    random = np.random.default_rng(seed)
    orders = random.poisson(1.0, rows).astype(float)
    frame = pd.DataFrame(
        {
            "days_since_last_order": np.where(orders > 0, random.exponential(40, rows), np.nan),
            "orders_90d": orders,
            "amount_90d": orders * random.lognormal(3, 1, rows),
            "is_new": (random.random(rows) < 0.2).astype(float),
            "region": pd.Series(random.choice(["north", "süd", "west"], rows), dtype=object),
        }
    )
    frame.loc[::9, "region"] = None
    label = random.random(rows) < 0.05 + 0.25 * np.minimum(orders, 2) / 2
    return Labelled(frame, label, np.full(rows, np.datetime64(day)))


def small_outcome() -> TrainingOutcome:
    """Both candidates, trained in seconds."""
    learned, validation = labelled("2026-01-01", 1, 1500), labelled("2026-03-01", 2)
    return train(
        features=FEATURES,
        train=learned,
        validation=validation,
        test=labelled("2026-05-01", 3),
        roles=Roles.of_window(90),
        last_period="orders_90d",
        tuning=Tuning(FEATURES, (Fold(learned, validation),), 7, Budget(2, 60)),
        season=SEASON,
    )


def log(tracking: Tracking, outcome: TrainingOutcome, name: str) -> TrainedRun:
    """Log a training and register its model, as the step does."""
    figure = Figure()
    figure.add_subplot().plot([0, 1], [0, 1])
    run = tracking.log_training(
        use_case=use_case(name),
        as_of=AS_OF,
        outcome=outcome,
        figures={"roc": figure},
        tags=TAGS,
        data=DATA,
        note=NOTE,
    )
    sample = rows_of_nobody(labelled("2026-05-01", 3).frame, seed=1)
    tracking.log_load_check(run_id=run.run_id, frame=sample, model=outcome.chosen.model)
    return run
