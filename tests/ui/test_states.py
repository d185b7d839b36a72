"""When there is nothing yet, and when something is away."""

import dataclasses
import shutil

import patient_http
import pytest

from mkt_pipeline.wiring.pipeline import wire

from .conftest import Visit
from .nights import CASE
from .served import served, whole

NOBODY_LISTENS = "postgresql://mkt:secret@127.0.0.1:1/campaign"


@pytest.fixture
def at(chromium, free_port):
    """A function that serves another pipeline and opens a view of it."""
    stack = []

    def come(pipeline, path):
        server = served(whole(lambda: pipeline), free_port())
        address = server.__enter__()
        stack.append(lambda: server.__exit__(None, None, None))
        context = chromium.new_context(locale="en-GB")
        stack.append(context.close)
        context.add_cookies([{"name": "who", "value": "approver", "url": address}])
        one = Visit(context, address)
        return one, one.open(path)

    yield come
    for close in reversed(stack):
        close()


@pytest.fixture
def empty(shown, database_url, tmp_path):
    """The same use cases with nothing in the campaign database and the lake."""
    settings = shown.pipeline.settings.model_copy(update={"home": tmp_path})
    return wire(settings, crm="", campaign=database_url, mlflow=shown.pipeline.mlflow)


@pytest.fixture
def away(shown):
    return dataclasses.replace(shown.pipeline, campaign=NOBODY_LISTENS)


def test_before_the_first_night_the_page_says_how_to_get_one(at, empty):
    one, page = at(empty, "/mkt/")
    assert page.get_by_text("No night has been published yet").is_visible()
    assert "propensity_training" in page.locator(".empty").inner_text()
    assert page.locator(".empty code").all_inner_texts() == ["mkt train", "mkt night"]
    assert one.complaints == []


@pytest.fixture
def half_broken(shown, tmp_path):
    """The same nights, with one more use case, whose document says nothing that can be read."""
    ours = shown.pipeline.settings
    for folder in ("sources", "use_cases"):
        shutil.copytree(ours.project / folder, tmp_path / folder)
    (tmp_path / "use_cases" / "misspelt.yaml").write_text("name: misspelt\nhorizon_days: ninety\n")
    settings = ours.model_copy(update={"project": tmp_path, "use_cases": (CASE, "misspelt")})
    return dataclasses.replace(shown.pipeline, settings=settings)


def test_a_use_case_that_cannot_be_read_takes_nothing_else_away(at, half_broken):
    one, page = at(half_broken, "/mkt/")
    told = page.get_by_role("alert").inner_text()
    assert "misspelt" in told
    assert "horizon_days" in told
    assert "What it published last stays as it is" in told
    assert str(half_broken.settings.project) not in told
    assert page.locator(f"#use-case-{CASE}").is_visible()
    assert one.open(f"/mkt/use-cases/{CASE}").locator("#nights").is_visible()
    assert one.complaints == []
    document = patient_http.get(f"{one.address}/mkt/api/last-night", cookies={"who": "approver"})
    assert [broken["name"] for broken in document.json()["broken"]] == ["misspelt"]
    answer = patient_http.get(f"{one.address}/mkt/use-cases/misspelt", cookies={"who": "approver"})
    assert (answer.status_code, "horizon_days" in answer.text) == (400, True)


def test_a_use_case_without_anything_tells_what_comes(at, empty):
    one, page = at(empty, f"/mkt/use-cases/{CASE}")
    told = page.locator("main").inner_text()
    for words in (
        "No model is in use yet",
        "No figures are known",
        "No night has been looked at for drift yet",
        "No alarm was ever raised",
        "No night has been published yet",
        "No person has released",
    ):
        assert words in told
    assert one.complaints == []


def test_where_the_database_is_away_the_page_says_what_still_stands(at, away):
    one, page = at(away, "/mkt/")
    assert page.locator("h1").inner_text() == "The campaign database does not answer"
    told = page.locator("main").inner_text()
    assert "What was published is untouched" in told
    assert "Score and publish\ndone" in told
    assert "secret" not in page.content()
    assert ["503" in complaint for complaint in one.complaints] == [True]


def test_other_views_and_documents_say_so_as_well(at, away):
    one, page = at(away, f"/mkt/use-cases/{CASE}")
    assert page.locator("h1").inner_text() == "Something outside does not answer"
    answer = patient_http.get(f"{one.address}/mkt/api/last-night", cookies={"who": "approver"})
    assert answer.status_code == 503
    assert set(answer.json()) == {"problem", "remedy"}
    assert "secret" not in answer.text


def test_a_fault_of_the_page_itself_is_told_calmly_and_shows_nothing(free_port):
    def broken():
        raise RuntimeError("customer c1 of a secret table")

    with served(whole(broken), free_port()) as address:
        answer = patient_http.get(f"{address}/mkt/", cookies={"who": "approver"})
    assert (answer.status_code, "The page has a fault" in answer.text) == (500, True)
    assert "secret" not in answer.text


def test_a_chart_whose_figures_do_not_come_says_so(visit):
    one = visit()
    one.page.route("**/api/use-cases/*/nights", lambda route: route.fulfill(status=503, body="{}"))
    page = one.open("/mkt/")
    assert page.get_by_text("The chart could not be drawn").first.is_visible()
    assert one.complaints
    one.complaints.clear()


def test_a_chart_says_that_it_is_being_drawn_until_its_figures_come(visit):
    one = visit()
    waiting = []
    one.page.route("**/api/use-cases/*/nights", lambda route: waiting.append(route))
    with one.page.expect_request("**/api/use-cases/*/nights"):
        one.page.goto(f"{one.address}/mkt/")
    chart = one.page.locator(".chart").first
    assert chart.get_by_role("status").inner_text() == "Drawing"
    assert chart.get_attribute("aria-busy") == "true"
    assert len(waiting) == 1
    waiting[0].continue_()
    one.drawn()
    assert chart.locator(".scatterlayer .trace").count() == 3


def test_rows_in_quarantine_are_told_without_their_keys(at, empty):
    import pyarrow as pa

    from mkt_pipeline.lake.delta import DeltaStore

    rows = pa.table({"customer_id": ["c1", "c2"], "broken_rule": ["email is empty"] * 2})
    rows = rows.append_column("as_of", pa.array(["2026-11-01"] * 2))
    DeltaStore(f"{empty.lake.uri}/quarantine/customers").replace_day(
        rows.to_reader(), as_of="2026-11-01", facts={}
    )
    _, page = at(empty, "/mkt/quarantine")
    row = page.locator("tbody tr").inner_text()
    assert row.split("\t") == ["1 Nov 2026", "customers", "email is empty", "2"]
    assert "c1" not in page.content()
