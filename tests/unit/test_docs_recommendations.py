"""What docs/recommendations.md shows is what the code does."""

import re
from pathlib import Path

import yaml

from mkt_pipeline.contracts.use_case import Recommend
from mkt_pipeline.segments.methods import METHODS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "recommendations.md"


def test_the_defaults_that_are_shown_are_the_defaults():
    (shown,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    settings = yaml.safe_load(shown)["recommend"]
    assert Recommend(**settings) == Recommend()
    assert set(settings) == set(Recommend.model_fields)


def test_every_method_is_named_in_the_order_of_simplicity():
    text = PAGE.read_text(encoding="utf-8")
    places = [text.index(f"| `{method.name}` |") for method in METHODS]
    assert places == sorted(places)
    assert [method.name for method in METHODS] == list(Recommend().methods)
