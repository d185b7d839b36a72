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
        (
            ("owner: marketing", "owner: marketing\nhorison: 3"),
            "unknown key horison → allowed keys",
        ),
        (("horizon_days: 30", "horizon_days: 0"), "horizon_days is 0: it must be greater"),
        (("high: 0.5", "high: 0.5, hig: 3"), "unknown key segments.hig → .*: rule, high, medium$"),
        (("rule: thresholds, ", ""), "segments.rule is missing → write one of thresholds, capaci"),
        (("rule: thresholds", "rule: best"), "segments.rule is 'best' → write one of thresholds"),
        (("sources: [shop]", "sources: shop"), "sources is 'shop' → write a list"),
        (
            ("owner:", "eligibility:\nowner:"),
            r"eligibility is empty → write keys and values under it \(min_tenure_days, ordered_",
        ),
        (("target: {categories: [car]}", "target:"), r"target is empty → .*status, categories\)$"),
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


def test_an_empty_file_says_what_belongs_into_it(tmp_path):
    with pytest.raises(BadInputError, match=r"example\.yaml: the file is empty → .*: name, title"):
        written(tmp_path, "# nothing yet\n")


def test_all_that_is_wrong_is_told_at_once_and_long_values_are_cut(tmp_path):
    text = GOOD.replace("owner: marketing", "horison: 3").replace("days: 30", f"days: {'x' * 500}")
    with pytest.raises(BadInputError) as refused:
        written(tmp_path, text)
    for key in ("horison", "owner is missing", "horizon_days is 'xxx"):
        assert key in str(refused.value)
    assert "x" * 61 not in str(refused.value)


def test_a_file_that_is_far_too_long_is_not_read(tmp_path):
    with pytest.raises(BadInputError, match="bytes"):
        written(tmp_path, GOOD + "#" * 300_000)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadInputError, match=r"none\.yaml does not exist"):
        UseCase.from_yaml(tmp_path / "none.yaml")
