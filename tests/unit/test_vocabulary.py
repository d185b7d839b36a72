from mkt_pipeline.contracts.vocabulary import Vocabulary
from mkt_pipeline.features.definition import slugs


def test_a_vocabulary_only_grows_and_keeps_its_order():
    pinned = Vocabulary({"kind": ("visit", "call")})
    grown = pinned.extended(Vocabulary({"kind": ("mail", "visit"), "channel": ("web",)}))
    assert grown.of("kind") == ("visit", "call", "mail")
    assert grown.of("channel") == ("web",)
    assert grown.extended(pinned).digest == grown.digest != pinned.digest


def test_values_that_would_share_a_column_are_numbered():
    assert slugs(["Web visit", "web-visit", "Überfahrt", "?"]) == {
        "Web visit": "web_visit",
        "web-visit": "web_visit_2",
        "Überfahrt": "berfahrt",
        "?": "value",
    }
