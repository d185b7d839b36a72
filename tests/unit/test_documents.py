"""Use cases and sources as a person writes them."""

import pytest

from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.errors import BadInputError

GOOD = """
name: example
title: Example
owner: marketing
sources: [shop]
target: {categories: [car]}
horizon_days: 30
segments: {rule: thresholds, high: 0.5, medium: 0.2}
"""


def written(folder, text):
    path = folder / "example.yaml"
    path.write_text(text)
    return UseCase.from_yaml(path)


def test_a_use_case_is_read_with_its_defaults(tmp_path):
    found = written(tmp_path, GOOD)
    assert (found.horizon_days, found.gap_days, found.windows_days) == (30, 0, (30, 90, 365))
    assert found.target.status == "confirmed"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("horizon_days: 30", "horizon_days: 0"), "horizon_days"),
        (("owner: marketing", "owner: marketing\nhorison: 3"), "horison"),
        (("high: 0.5", "high: 0.1"), "must lie below high"),
        (("name: example", "name: ../example"), "name"),
        (("title: Example\n", ""), "title"),
        (("title: Example", "title: &a Example\nowner2: *a"), "alias"),
        (("target:", "target: ["), "not YAML"),
    ],
)
def test_a_use_case_that_is_wrong_is_refused_with_the_key(tmp_path, change, says):
    with pytest.raises(BadInputError, match=says):
        written(tmp_path, GOOD.replace(*change))


def test_a_file_that_is_far_too_long_is_not_read(tmp_path):
    with pytest.raises(BadInputError, match="bytes"):
        written(tmp_path, GOOD + "#" * 300_000)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadInputError, match=r"none\.yaml does not exist"):
        UseCase.from_yaml(tmp_path / "none.yaml")
