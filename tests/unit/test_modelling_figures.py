"""Figures of a training run."""

import io

import numpy as np
import pandas as pd
import pytest

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.figures import Compared, figures
from mkt_pipeline.modelling.importance import importance
from mkt_pipeline.modelling.labelled import Labelled

FEATURES = tuple(Feature(name, "g", "number", "", "") for name in ("strong", "weak", "noise"))


class KnownModel:
    def predict_proba(self, frame):
        propensity = 1 / (1 + np.exp(2 - 2 * frame["strong"] - 0.5 * frame["weak"]))
        return np.column_stack([1 - propensity, propensity])


def data(rows=2000):
    random = np.random.default_rng(2)
    frame = pd.DataFrame({f.name: random.normal(size=rows) for f in FEATURES})
    label = random.random(rows) < KnownModel().predict_proba(frame)[:, 1]
    return Labelled(frame, label, np.full(rows, np.datetime64("2026-01-01")))


def test_importance_orders_features_by_what_the_model_loses_without_them():
    table = importance(model=KnownModel(), data=data(), features=FEATURES, seed=1)
    assert list(table["feature"]) == ["strong", "weak", "noise"]
    assert table["mean"].iloc[0] > 0.1
    assert table["mean"].iloc[2] == 0
    pd.testing.assert_frame_equal(
        table, importance(model=KnownModel(), data=data(), features=FEATURES, seed=1)
    )


@pytest.mark.parametrize("rows", [40, 2000])
def test_every_figure_can_be_saved_and_names_its_axes(rows):
    known = data(rows)
    table = importance(model=KnownModel(), data=known, features=FEATURES, seed=1)
    propensity = KnownModel().predict_proba(known.frame)[:, 1]
    compared = Compared(known.label, propensity, np.full(rows, 0.2))
    found = figures(compared=compared, importance=table)
    assert set(found) == {
        "roc",
        "precision_recall",
        "calibration",
        "gain",
        "lift",
        "score_distribution",
        "importance",
    }
    for figure in found.values():
        (axes,) = figure.axes
        assert axes.get_title(loc="left")
        assert axes.get_xlabel()
        saved = io.BytesIO()
        figure.savefig(saved)
        assert saved.getvalue().startswith(b"\x89PNG")
