"""Feature selection keeps what knows something, and tells luck by its shadows."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.feature_selection import select_features
from mkt_pipeline.modelling.labelled import Labelled

DATES = np.array(["2026-01-01", "2026-02-01", "2026-03-01"], "datetime64[D]")


def world(rows=9_000, seed=3):
    """Two features that tell something each in its own way, one by category, and five of noise."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "visits": rng.poisson(2, rows).astype(float),
            # Says nothing alone: only beyond a middle, on both sides.
            "extreme": rng.normal(0, 1, rows),
            "region": rng.choice(["north", "south", None], rows),
            **{f"noise_{n}": rng.normal(0, 1, rows) for n in range(4)},
            "noise_text": rng.choice(["a", "b", "c"], rows),
        }
    )
    frame.loc[rng.random(rows) < 0.1, "visits"] = np.nan
    score = 0.8 * frame["visits"].fillna(0) + 1.5 * (frame["extreme"].abs() > 1.3)
    score += 1.0 * (frame["region"] == "north") - 3
    label = rng.random(rows) < 1 / (1 + np.exp(-score))
    features = [
        Feature(
            name,
            "g",
            "category"
            if frame[name].dtype == object or str(frame[name].dtype) == "str"
            else "number",
            name,
            "{value}",
        )
        for name in frame.columns
    ]
    as_of = np.repeat(DATES, rows // len(DATES))
    return features, Labelled(frame, label.to_numpy(), as_of)


def test_what_tells_something_is_kept_and_noise_is_not():
    noise, worlds = 0, 8
    for seed in range(worlds):
        selection = select_features(*world(seed=seed), seed=seed)
        kept = {feature.name for feature in selection.kept}
        assert kept >= {"visits", "extreme", "region"}
        noise += len([name for name in kept if name.startswith("noise")])
    # By luck one of five beats the best of eight shadows in one of three ways: about a third do.
    assert noise < worlds * 5 / 2


def test_what_is_needed_stays_whatever_is_found_in_it():
    features, data = world()
    plain = {one.name for one in select_features(features, data, seed=1).kept}
    (dropped, *_) = sorted({one.name for one in features} - plain)
    kept = select_features(features, data, seed=1, needed={dropped}).kept
    assert {one.name for one in kept} == plain | {dropped}


def test_the_table_says_why():
    features, data = world()
    selection = select_features(features, data, seed=1)
    table = selection.table().set_index("feature")
    assert list(table.index)[-1] == "(best shadow)"
    assert table.loc["visits", "spoken_for_by"] == 3
    best = table.loc["(best shadow)"]
    # A straight line sees nothing in what is the same on both sides.
    assert table.loc["extreme", "l1_weight"] <= best["l1_weight"] + 0.05
    assert table.loc["extreme", "mutual_information"] > best["mutual_information"]
    assert table.loc["extreme", "permutation"] > best["permutation"]


def test_the_same_data_and_seed_give_the_same_table():
    features, data = world(rows=3_000)
    first = select_features(features, data, seed=5).table()
    pd.testing.assert_frame_equal(first, select_features(features, data, seed=5).table())


def test_one_date_is_enough():
    features, data = world(rows=3_000)
    once = replace(data, as_of=np.repeat(DATES[:1], data.rows))
    assert "visits" in {one.name for one in select_features(features, once, seed=1).kept}


def test_where_nothing_is_kept_everything_is():
    features, data = world(rows=3_000)
    noise = [feature for feature in features if feature.name == "noise_1"]
    alone = replace(data, frame=data.frame[["noise_1"]], label=np.arange(data.rows) % 2 == 0)
    selection = select_features(noise, alone, seed=2)
    assert selection.kept == tuple(noise)


@pytest.mark.parametrize("rows", [1, 2])
def test_few_buyers_do_not_stop_it(rows):
    features, data = world(rows=300)
    label = np.zeros(data.rows, dtype=bool)
    label[:rows] = True
    assert select_features(features, replace(data, label=label), seed=1).kept
