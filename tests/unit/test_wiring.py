"""Which use cases run, and what is refused before anything is opened."""

import pytest

from mkt_pipeline.errors import BadInputError
from mkt_pipeline.settings import Settings
from mkt_pipeline.wiring.notices import Telling
from mkt_pipeline.wiring.pipeline import wire
from mkt_pipeline.wiring.use_cases import configured, use_cases_of

CASE = """
name: {name}
title: {name}
owner: marketing
sources: [{source}]
target: {{}}
horizon_days: 30
segments: {{rule: thresholds, high: 0.5, medium: 0.2}}
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "use_cases").mkdir()
    for name in ("shop", "garage", "empty"):
        (tmp_path / "sources" / name).mkdir(parents=True)
        (tmp_path / "sources" / name / "source.yaml").touch()
    for name, source in (("one", "shop"), ("two", "shop"), ("other", "garage")):
        text = CASE.format(name=name, source=source)
        (tmp_path / "use_cases" / f"{name}.yaml").write_text(text)
    return tmp_path


def settings(project, **changes):
    return Settings(project=project, home=project, source="shop", _env_file=None, **changes)


def names(found):
    return [use_case.name for use_case in found]


def test_all_use_cases_of_the_source_run_by_default(project):
    assert names(use_cases_of(settings(project))) == ["one", "two"]


def test_only_those_that_are_set_run(project):
    assert names(use_cases_of(settings(project, use_cases=("two",)))) == ["two"]


def test_a_broken_use_case_stops_itself_alone(project):
    (project / "use_cases" / "two.yaml").write_text("name: two\nhorizon_days: ninety\n")
    found = configured(settings(project))
    assert (found.names, list(found.readable), list(found.broken)) == (
        ("one", "two"),
        ["one"],
        ["two"],
    )
    steps = wire(settings(project), crm="", campaign="", mlflow="")
    assert steps.use_case("one").name == "one"
    with pytest.raises(BadInputError, match="horizon_days"):
        steps.use_case("two")
    with pytest.raises(BadInputError, match="horizon_days"):
        steps.use_cases  # noqa: B018 - who wants all of them is told
    assert Telling(settings(project), campaign="").use_cases == ("one", "two")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"use_cases": ("other",)}, "does not list the source shop"),
        ({"use_cases": ("none",)}, "does not exist"),
        ({"source": "empty"}, "no use case in"),
        ({"source": "nope"}, "sources/nope does not exist; known sources: empty, garage, shop"),
    ],
)
def test_a_choice_that_cannot_run_is_refused(project, changes, says):
    plain = {"project": project, "home": project, "source": "shop", "_env_file": None}
    with pytest.raises(BadInputError, match=says):
        use_cases_of(Settings(**(plain | changes)))


def test_a_file_named_otherwise_than_its_use_case_is_refused(project):
    (project / "use_cases" / "one.yaml").rename(project / "use_cases" / "three.yaml")
    with pytest.raises(BadInputError, match="names its use case 'one'"):
        use_cases_of(settings(project))


def test_an_unknown_use_case_is_refused_with_the_known_ones(project):
    pipeline = wire(settings(project), crm="", campaign="", mlflow="")
    with pytest.raises(BadInputError, match="choose one of one, two"):
        pipeline.use_case("three")
