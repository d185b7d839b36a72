"""What lies beside a model, and what a model file may hold."""

import math
import subprocess
import sys
from datetime import date

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.neighbors import KNeighborsClassifier

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.errors import ModelRefusedError
from mkt_pipeline.modelling.baseline import RecencyFrequencyMoney
from mkt_pipeline.modelling.calibration import METHODS, Calibrated, Calibrator
from mkt_pipeline.modelling.candidates import CANDIDATES
from mkt_pipeline.modelling.reference import reference_of
from mkt_pipeline.modelling.season import Season
from mkt_pipeline.steps.scoring_model import explainer_of
from mkt_pipeline.tracking.champion import Champion
from mkt_pipeline.tracking.digest import folder_digest
from mkt_pipeline.tracking.failures import place
from mkt_pipeline.tracking.feature_files import read_feature_files, write_feature_files
from mkt_pipeline.tracking.trusted_types import TRUSTED_TYPES

FEATURES = (
    Feature("days", "g", "number", "Days — seit dem Kauf.", "{value} days"),
    Feature("new", "g", "flag", "New.", "new"),
    Feature("region", "g", "category", "Region.", "lives in {value}"),
)


SEASON = Season("2026-07-04", [0.0, 0.2, *[0.1] * 10])


def frame(rows=200):
    random = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "days": np.where(random.random(rows) < 0.2, np.nan, random.exponential(9, rows)),
            "new": random.integers(0, 2, rows).astype(float),
            "region": pd.Series(random.choice(["a", "b"], rows), dtype=object),
        }
    )


def champion(content):
    return Champion("propensity-x", 3, "r", "m", "", {}, {}, FEATURES, {}, content)


def models():
    label = np.random.default_rng(2).random(200) < 0.4
    rule = RecencyFrequencyMoney("days", "new", "new")
    for model in (rule, *(candidate.pipeline(FEATURES, 7) for candidate in CANDIDATES)):
        fitted = model.fit(frame(), label)
        for method in METHODS:
            calibrator = Calibrator(method).fit(fitted.decision_function(frame()), label)
            yield Calibrated(fitted, calibrator, SEASON)


def test_every_candidate_survives_its_file_bit_for_bit():
    for model in models():
        loaded = champion(skops.io.dumps(model)).model
        for day in (date(2026, 7, 4), date(2026, 8, 20)):
            kept, was = (one.on(day).predict_proba(frame()) for one in (loaded, model))
            assert kept.tobytes() == was.tobytes()


def test_a_night_has_the_base_rate_of_its_day():
    model = next(one for one in models() if hasattr(one.model, "named_steps"))
    loaded = Champion(
        "propensity-x",
        3,
        "r",
        "m",
        "",
        {},
        {},
        FEATURES,
        reference_of(frame(), FEATURES),
        skops.io.dumps(model),
    )
    told = {}
    for day in (date(2026, 7, 4), date(2026, 8, 20)):
        found = explainer_of(loaded, AsOf(day)).explained(frame())
        told[day] = found
        assert found.propensity == pytest.approx(model.on(day).predict_proba(frame())[:, 1])
    first, second = told.values()
    assert (second.propensity > first.propensity).all()
    assert (second.contributions == first.contributions).all()


def test_every_trusted_type_is_needed_by_some_candidate():
    needed = set()
    for model in models():
        needed |= set(skops.io.get_untrusted_types(data=skops.io.dumps(model)))
    assert needed == set(TRUSTED_TYPES)


def test_a_file_with_any_other_type_is_refused_by_name():
    neighbours = KNeighborsClassifier(1, algorithm="ball_tree").fit([[0.0], [1.0]], [0, 1])
    with pytest.raises(ModelRefusedError, match=r"sklearn\.neighbors\._ball_tree\.BallTree"):
        _ = champion(skops.io.dumps(neighbours)).model


def test_features_and_reference_come_back_as_they_were(tmp_path):
    reference = {"days": math.nan, "new": 0.0, "region": None}
    write_feature_files(tmp_path, features=FEATURES, reference=reference)
    features, read = read_feature_files(tmp_path)
    assert features == FEATURES
    assert math.isnan(read["days"])
    assert (read["new"], read["region"]) == (0.0, None)


def test_feature_files_that_are_missing_or_broken_refuse_the_model(tmp_path):
    with pytest.raises(ModelRefusedError, match="FileNotFoundError"):
        read_feature_files(tmp_path)
    (tmp_path / "features.json").write_text("[{}]")
    (tmp_path / "reference.json").write_text("{}")
    with pytest.raises(ModelRefusedError, match="TypeError"):
        read_feature_files(tmp_path)


def test_the_digest_sees_every_change_of_name_and_content(tmp_path):
    digests = set()
    (tmp_path / "a").write_bytes(b"12")
    digests.add(folder_digest(tmp_path))
    assert folder_digest(tmp_path) in digests
    (tmp_path / "a").write_bytes(b"1")
    digests.add(folder_digest(tmp_path))
    (tmp_path / "b").write_bytes(b"2")
    digests.add(folder_digest(tmp_path))
    (tmp_path / "b").rename(tmp_path / "c")
    digests.add(folder_digest(tmp_path))
    assert len(digests) == 4


def test_an_address_is_named_without_user_and_password():
    assert place("http://me:secret@mlflow:5000/x") == "http://mlflow:5000/x"
    assert place("http://mlflow:5000") == "http://mlflow:5000"


def test_making_a_tracking_imports_nothing_heavy():
    code = (
        "import sys; from mkt_pipeline.tracking import Tracking; Tracking('http://x');"
        "print(sorted({'mlflow', 'sklearn', 'matplotlib', 'skops'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
