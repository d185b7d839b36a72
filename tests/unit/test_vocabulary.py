from mkt_pipeline.contracts.vocabulary import Vocabulary
from mkt_pipeline.features.definition import slugs
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.pinned_vocabulary import PinnedVocabulary


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


def test_what_two_steps_pin_at_once_is_pinned_once(tmp_path, monkeypatch):
    lake = Lake(str(tmp_path / "lake"), "shop", "UTC", tmp_path / "scratch", "500MB", 2)
    vocabulary = lake.vocabulary("case")
    found = Vocabulary({"kind": ("visit", "call"), "attribute": ("attr_size",)})
    with monkeypatch.context() as both_have_read:
        both_have_read.setattr(PinnedVocabulary, "known", lambda *_: Vocabulary())
        first, second = vocabulary.extend(found), vocabulary.extend(found)
    assert vocabulary.known() == first == second
    assert vocabulary.extend(found) == first
