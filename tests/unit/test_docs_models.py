"""What docs/models.md shows is what the code does."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from small_training import FEATURES, labelled

from mkt_pipeline.contracts.monitoring import MonitoringRules
from mkt_pipeline.contracts.promotion import PromotionRules
from mkt_pipeline.contracts.reason_rules import ReasonRules
from mkt_pipeline.contracts.use_case import Training
from mkt_pipeline.modelling.candidates import CANDIDATES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "models.md").read_text(encoding="utf-8")


def block(language):
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_the_defaults_that_are_shown_are_the_defaults():
    shown = yaml.safe_load(block("yaml"))
    assert Training(**shown["training"]) == Training()
    assert PromotionRules(**shown["promotion"]) == PromotionRules()
    assert ReasonRules(**shown["reasons"]) == ReasonRules()
    assert set(shown["reasons"]) == set(ReasonRules.model_fields)
    assert set(shown["promotion"]) == set(PromotionRules.model_fields)
    assert MonitoringRules(**shown["monitoring"]) == MonitoringRules()
    assert set(shown["monitoring"]) == set(MonitoringRules.model_fields)
    left_out = set(Training.model_fields) - set(shown["training"])
    assert left_out == {"seed", "leaks"}


def test_every_candidate_is_named():
    assert all(f"`{one.name}`" in PAGE for one in CANDIDATES)


def part(days, seed):
    """Rows of several dates with the features of the example."""
    found = [labelled(day, seed + n, 300) for n, day in enumerate(days)]
    frame = pd.concat([one.frame for one in found], ignore_index=True)
    label = np.concatenate([one.label for one in found])
    return frame, label, np.hstack([one.as_of for one in found])


def test_the_example_with_a_data_frame_runs(capsys):
    code = block("python").replace("trials=10", "trials=1")
    parts = (
        part(["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"], 1),
        part(["2026-06-01"], 9),
        part(["2026-08-01"], 10),
    )
    exec(compile(code, "docs/models.md", "exec"), {"parts": parts, "features": FEATURES})
    assert re.search(r"\w+ 0\.\d+ 0\.\d+", capsys.readouterr().out)
