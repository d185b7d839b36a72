"""Every sentence that features have in English has one in Chinese."""

import re

import numpy as np
import pytest

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.contracts.use_case import Target
from mkt_pipeline.features.feature_set import feature_set
from mkt_pipeline.features.frame_of_reference import FrameOfReference
from mkt_pipeline.modelling.chinese import chinese_reason

from .text_tables import DAY, VOCABULARY, as_of, timelines, use_case

WORDS = {"car": "汽车", "size": "规模", "north": "北部", "web": "网站", "test drive": "试驾"}
NAMES_OF_THE_CRM = {value for values in VOCABULARY.values.values() for value in values} | {"car"}


def all_features():
    for case in (use_case(), use_case(target=Target())):
        reference = FrameOfReference(as_of(DAY), case, VOCABULARY)
        yield from feature_set(timelines(), reference).features


def english_left(text):
    names = {name.removeprefix("attr_").replace("_", " ") for name in NAMES_OF_THE_CRM}
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    return re.findall("[A-Za-z<>{}]+", text)


@pytest.mark.parametrize("value", [2.0, -2.0, None], ids=["known", "negative", "missing"])
def test_no_english_is_left_but_what_the_crm_names(value):
    given = {f.name: (f, "7" if f.kind == "category" and value else value) for f in all_features()}
    told = {name: chinese_reason(feature, one, {}) for name, (feature, one) in given.items()}
    if value is None:  # what is 0 where there is nothing is never missing
        told = {name: text for name, text in told.items() if " | " in given[name][0].reason}
    assert len(told) > 20
    assert not {name: text for name, text in told.items() if english_left(text)}
    # Of an attribute there is nothing to say but its name and its value.
    silent = {name for name, text in told.items() if not re.search("[一-鿿]", text)}
    assert silent <= {name for name in told if name.startswith("attr_")}


@pytest.mark.parametrize(
    ("kind", "reason", "value", "expected"),
    [
        ("number", "last order {value} day(s) ago", 3.3, "距上次下单 3 天"),
        ("number", "last order {value} day(s) ago | no order known", np.nan, "没有订单"),
        ("number", "{value} order(s) of car", 1234.0, "汽车订单 1,234 个"),
        ("number", "last car or van bought {value} day(s) ago", 9.0, "距上次购买汽车或van 9 天"),
        ("number", "last test drive {value} day(s) ago", 5.0, "距上次试驾 5 天"),
        ("number", "{value} contact(s) in the last 30 days", 2.0, "最近 30 天内联系 2 次"),
        ("number", "{value} test drive(s) in the last 30 days", 2.0, "最近 30 天内试驾 2 次"),
        (
            "number",
            "{value} order(s) more|fewer in the last 90 days than in the 90 before",
            -1.0,
            "最近 90 天的订单比之前 90 天少 1 个",
        ),
        (
            "number",
            "{value} order(s) more|fewer in the last 90 days than in the 90 before",
            2.0,
            "最近 90 天的订单比之前 90 天多 2 个",
        ),
        ("category", "lives in {value} | no region known", "north", "居住在北部"),
        ("category", "lives in {value} | no region known", None, "地区未知"),
        ("flag", "contact through web allowed: {value}", 1.0, "允许通过网站联系:是"),
        ("number", "size: {value} | no size known", 0.256, "规模:0.26"),
        ("number", "size: {value} | no size known", None, "规模未知"),
    ],
)
def test_a_sentence_says_it_in_chinese(kind, reason, value, expected):
    feature = Feature("f", "g", kind, "F.", reason)
    assert chinese_reason(feature, value, WORDS) == expected


def test_names_with_braces_are_names():
    feature = Feature("f", "g", "number", "F.", "{value} order(s) of {odd}")
    assert chinese_reason(feature, 2.0, {}) == "{odd}订单 2 个"
