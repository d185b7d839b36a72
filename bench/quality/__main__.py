"""The champion beside the truth, where it is known, and beside what others would use.

    python -m bench.quality --folder .mkt-bench

On generated customers the true probability is known. On the real retail log every other way gets
the same features, the same days and, where it searches, as many seconds.
"""

import argparse
import json
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bench.quality.automl import flaml_propensity
from bench.quality.bg_nbd import (
    Purchases,
    fit_bg_nbd,
    fit_gamma_gamma,
)
from bench.quality.table import as_table
from mkt_pipeline.modelling.baseline import Roles
from mkt_pipeline.modelling.candidates import candidates_named
from mkt_pipeline.modelling.last_period import last_period_feature
from mkt_pipeline.modelling.metrics import evaluate
from mkt_pipeline.modelling.outcome import TrainingOutcome
from mkt_pipeline.modelling.training import train
from mkt_pipeline.samples.dealership import load_dealership, oracle
from mkt_pipeline.samples.online_retail import load as load_retail
from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.addresses import addresses
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.stack.launch import up
from mkt_pipeline.stack.shutdown import down
from mkt_pipeline.steps.training_preparation import Prepared, prepare_training
from mkt_pipeline.wiring.pipeline import Pipeline, wire

RESULTS = Path(__file__).resolve().parents[1] / "results"
SHOWN = ("roc_auc", "average_precision", "lift_at_10", "calibration_error")
DEALERSHIP_DAY = date(2026, 11, 1)
CUTS = (date(2010, 12, 10), date(2011, 3, 10), date(2011, 6, 10), date(2011, 9, 9))
"""Quarters of the second year of the retail log, the last of them as late as it allows."""

Figures = dict[str, float]


def main() -> None:
    """Measure, write and tell."""
    asked = _arguments()
    found: dict[str, Any] = {"measured_at": datetime.now(UTC).isoformat(timespec="minutes")}
    with _pipeline(asked.folder / "dealership", "dealership", DEALERSHIP_DAY) as pipeline:
        found["dealership"] = _dealership(pipeline, asked.customers)
    if asked.retail.is_file():
        closed = CUTS[-1] + timedelta(days=91)
        with _pipeline(asked.folder / "online_retail", "online_retail", closed) as pipeline:
            load_retail(url=pipeline.crm, path=asked.retail)
            found["online_retail"] = _retail(pipeline)
    else:
        print(f"{asked.retail} is absent: the real retail log is left out", flush=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "quality.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    table = as_table(found)
    (RESULTS / "quality.md").write_text(table, encoding="utf-8")
    print(table)


def _dealership(pipeline: Pipeline, customers: int) -> dict[str, Any]:
    load_dealership(url=pipeline.crm, customers=customers, until=DEALERSHIP_DAY)
    pipeline.extract(as_of=str(DEALERSHIP_DAY))
    found = {}
    for name in pipeline.use_cases:
        truth = oracle(pipeline.crm, name)
        _, outcome, seconds = _trained(pipeline, name, DEALERSHIP_DAY)
        models = _models(outcome)
        found[name] = {
            "cut": str(truth.as_of),
            "seconds": round(seconds, 1),
            "models": models,
            "truth": {
                "roc_auc": round(truth.auc_of_truth, 4),
                "standard_error": round(truth.auc_standard_error, 4),
            },
            "behind_truth": round(truth.auc_of_truth - models["champion"]["roc_auc"], 4),
        }
        print(f"dealership {name}: {found[name]}", flush=True)
    return found


def _retail(pipeline: Pipeline) -> dict[str, Any]:
    (name,) = pipeline.use_cases
    horizon = pipeline.use_case(name).horizon_days
    pipeline.extract(as_of=str(CUTS[-1] + timedelta(days=horizon)))
    found = {}
    for cut in CUTS:
        prepared, outcome, seconds = _trained(pipeline, name, cut + timedelta(days=horizon))
        models = _models(outcome) | _others(prepared, horizon, seconds)
        found[str(cut)] = {"seconds": round(seconds, 1), "models": models}
        print(f"online_retail {cut}: {found[str(cut)]}", flush=True)
    return found


def _trained(pipeline: Pipeline, name: str, as_of: date) -> tuple[Prepared, TrainingOutcome, float]:
    """A training without its gate; the test window is the latest that has closed."""
    use_case = pipeline.use_case(name)
    prepared = prepare_training(
        lake=pipeline.lake, use_case=use_case, as_of=pipeline.as_of(str(as_of)), origin={}
    )
    began, data = time.monotonic(), prepared.data
    outcome = train(
        features=data.features,
        train=data.train,
        validation=data.validation,
        test=data.test,
        roles=Roles.of_window(max(use_case.windows_days)),
        last_period=last_period_feature(use_case.horizon_days, use_case.windows_days),
        tuning=prepared.tuning,
        candidates=candidates_named(use_case.training.candidates),
        season=data.season,
    )
    return prepared, outcome, time.monotonic() - began


def _models(outcome: TrainingOutcome) -> dict[str, Figures]:
    tests = {name: _shown(figures) for name, figures in outcome.tests.items()}
    return {"champion": _shown(outcome.test), **tests}


def _others(prepared: Prepared, horizon: int, seconds: float) -> dict[str, Any]:
    data = prepared.data
    frame, label = prepared.whole.offered_test, data.test.label
    age = frame["days_since_first_order"].to_numpy(dtype=float)
    seen = Purchases(
        repeats=frame["orders_total"].to_numpy(dtype=float) - 1,
        last=age - frame["days_since_last_order"].to_numpy(dtype=float),
        age=age,
    )
    known = np.isfinite(age) & (seen.repeats >= 0)
    some = Purchases(seen.repeats[known], seen.last[known], seen.age[known])
    amount = frame["amount_per_order"].to_numpy(dtype=float)
    buying = fit_bg_nbd(some)
    buys = np.zeros(len(frame))
    buys[known] = buying.buys_within(some, horizon)
    revenue = np.zeros(len(frame))
    spending = fit_gamma_gamma(some.repeats, amount[known])
    revenue[known] = buying.expected_purchases(some, horizon) * spending.expected_amount(
        some.repeats, amount[known]
    )
    automl, chosen = flaml_propensity(
        features=data.features,
        learned=data.train,
        validation=data.validation,
        test=data.test,
        seconds=seconds,
        seed=prepared.tuning.seed,
    )
    by_revenue = evaluate(label=label, propensity=buys, ranking=revenue)
    return {
        "bg_nbd": _shown(evaluate(label=label, propensity=buys)),
        "bg_nbd_gamma_gamma": {
            n: v for n, v in _shown(by_revenue).items() if n != "calibration_error"
        },
        "flaml": {**_shown(evaluate(label=label, propensity=automl)), "chosen": chosen},
    }


def _shown(figures: Mapping[str, float]) -> Figures:
    return {name: round(float(figures[name]), 4) for name in SHOWN}


@contextmanager
def _pipeline(home: Path, source: str, today: date) -> Iterator[Pipeline]:
    shutil.rmtree(home, ignore_errors=True)
    settings = Settings(
        home=home.resolve(),
        source=source,
        postgres_port=_free_port(),
        mlflow_port=_free_port(),
        today=today,
        _env_file=None,
    )
    where = deployment(settings)
    up(where, only=("postgres",), tell=lambda *_: None)
    try:
        known = addresses(settings)
        yield wire(settings, crm=known.crm, campaign=known.campaign, mlflow=known.mlflow)
    finally:
        down(where, tell=lambda *_: None)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(".mkt-bench-quality"))
    parser.add_argument("--customers", type=int, default=50_000)
    parser.add_argument(
        "--retail", type=Path, default=Path("../shared/data/online_retail/online_retail_II.parquet")
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
