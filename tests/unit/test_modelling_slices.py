"""Slices of a window: what stands out is told, and nothing else."""

import numpy as np
import pandas as pd
import pytest

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.slices import slices, slices_markdown

FEATURES = (
    Feature("region", "profile", "category", "Region.", "{value}"),
    Feature("age_years", "age", "number", "Age.", "{value}"),
    Feature("orders_90d", "frequency", "number", "Orders.", "{value}"),
)
ROWS = 12_000


def window(seed=1):
    random = np.random.default_rng(seed)
    truth = random.beta(1, 6, ROWS)
    region = random.choice(["north", "south", "west"], ROWS, p=[0.5, 0.3, 0.2]).astype(object)
    region[::50] = None
    age = random.integers(18, 90, ROWS).astype(float)
    age[::40] = np.nan
    frame = pd.DataFrame({"region": region, "age_years": age, "orders_90d": 1.0})
    return frame, random.random(ROWS) < truth, truth


def found(frame, label, propensity):
    made = slices(frame=frame, features=FEATURES, label=label, propensity=propensity)
    return {(one.feature, one.value): one for one in made}


def test_every_value_and_band_is_a_slice_and_unknown_is_one():
    frame, label, truth = window()
    made = found(frame, label, truth)
    assert list(made) == [
        *(("region", value) for value in ("north", "south", "west", "unknown")),
        ("age_years", "below 30"),
        ("age_years", "30 to 45"),
        ("age_years", "45 to 60"),
        ("age_years", "60 or more"),
        ("age_years", "unknown"),
    ]
    for name in ("region", "age_years"):
        assert sum(one.rows for (feature, _), one in made.items() if feature == name) == ROWS
    north = (frame["region"] == "north").to_numpy(dtype=bool)
    assert made["region", "north"].happened == label[north].mean()
    assert made["region", "north"].promised == pytest.approx(truth[north].mean())


def test_the_truth_stands_out_nowhere():
    told = [one for seed in range(8) for one in found(*window(seed)).values() if one.warnings]
    assert len(told) <= 1, "by chance, one slice in three hundred"


def test_a_slice_that_is_promised_too_much_stands_out_alone():
    frame, label, truth = window()
    west = (frame["region"] == "west").to_numpy(dtype=bool)
    made = found(frame, label, np.where(west, truth * 1.5, truth))
    assert "promised" in made["region", "west"].warnings[0]
    assert not made["region", "north"].warnings
    assert slices_markdown(list(made.values())).splitlines()[4].startswith("| region | west |")


def test_a_slice_that_is_not_ranked_stands_out_and_its_buyers_are_missed():
    frame, label, truth = window()
    south = (frame["region"] == "south").to_numpy(dtype=bool)
    made = found(frame, label, np.where(south, truth[south].mean(), truth))
    told = " ".join(made["region", "south"].warnings)
    assert "ranks worse than elsewhere" in told
    assert "buyers are found less often" in told
    assert "promised" not in told


def test_few_rows_are_told_and_not_judged():
    frame, label, truth = window()
    frame["region"] = np.where(np.arange(ROWS) < 150, "tiny", frame["region"])
    made = found(frame, label, np.where(np.arange(ROWS) < 150, 0.99, truth))
    tiny = made["region", "tiny"]
    assert (tiny.rows, tiny.roc_auc, tiny.found, tiny.warnings) == (150, None, None, ())
    assert "| too few |" in slices_markdown([tiny])
