"""From the usual customer to one customer: what is told and drawn adds up."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib import font_manager

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.contracts.reason_rules import ReasonRules
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.modelling.boosting import BOOSTING
from mkt_pipeline.modelling.breakdown import breakdown
from mkt_pipeline.modelling.calibration import Calibrated, Calibrator
from mkt_pipeline.modelling.contributions import Explainer
from mkt_pipeline.modelling.reasons import Reasons
from mkt_pipeline.modelling.reference import reference_of
from mkt_pipeline.modelling.waterfall import MOST_BARS, waterfall

FEATURES = tuple(
    Feature(f"orders_in_{n}", "mix", "number", f"Orders of {n}.", f"{{value}} order(s) of {n}")
    for n in range(16)
)


@pytest.fixture(scope="module")
def found():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({one.name: rng.poisson(2, 4000).astype(float) for one in FEATURES})
    score = frame.to_numpy() @ np.linspace(0.1, 1.0, len(FEATURES))
    label = score + rng.normal(0, 1, len(frame)) > np.quantile(score, 0.7)
    pipeline = BOOSTING.pipeline(FEATURES, 1).fit(frame, label)
    calibrator = Calibrator("sigmoid").fit(pipeline.decision_function(frame), label)
    asked = Explainer(Calibrated(pipeline, calibrator), reference_of(frame, FEATURES), FEATURES)
    reasons = Reasons(FEATURES, ReasonRules(languages=("zh", "en")))
    return breakdown(asked, reasons, frame.iloc[[int(np.argmax(score))]])


def test_a_breakdown_adds_up_to_the_propensity(found):
    moved = sum(one.log_odds for one in found.contributions) + found.remainder
    assert found.usual_log_odds + moved == pytest.approx(found.log_odds)
    assert 1 / (1 + np.exp(-found.log_odds)) == pytest.approx(found.propensity)
    assert 1 / (1 + np.exp(-found.usual_log_odds)) == pytest.approx(found.usual_propensity)
    sizes = [abs(one.log_odds) for one in found.contributions]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) > MOST_BARS


@pytest.mark.parametrize(
    ("language", "first", "rest"),
    [("en", "usual customer", "everything else"), ("zh", "普通客户", "其他因素")],
)
def test_a_picture_tells_every_strong_reason_and_the_rest(found, language, first, rest):
    text = waterfall(found, title="service, 7", language=language, form="svg").decode()
    told = [one.texts[language] for one in found.contributions]
    assert all(one in text for one in (first, rest, "service, 7", *told[:MOST_BARS]))
    assert told[MOST_BARS] not in text
    assert f"{found.propensity:.1%}" in text


def test_a_picture_says_where_propensities_come_in_steps(found):
    words = "propensities come in steps, which neighbours share"
    assert not found.in_steps
    drawn = {steps: replace(found, in_steps=steps) for steps in (False, True)}
    for steps, one in drawn.items():
        text = waterfall(one, title="t", language="en", form="svg").decode()
        assert (words in text) == steps


def test_a_picture_of_pixels_needs_letters(found, monkeypatch):
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    with pytest.raises(BadInputError, match="no font with Chinese letters"):
        waterfall(found, title="t", language="zh", form="png")


def test_pixels_are_drawn_in_english(found):
    drawn = waterfall(found, title="t", language="en", form="png")
    assert drawn.startswith(b"\x89PNG")
