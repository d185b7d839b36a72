"""axe-core finds nothing on any view, in light and in dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from .nights import CASE, ORIGIN, TODAY, any_customer, hold

VIEWS = {
    "last night": "/mkt/",
    "use case": f"/mkt/use-cases/{CASE}",
    "going back": f"/mkt/use-cases/{CASE}/roll-back/2026-10-31",
    "quarantine": "/mkt/quarantine",
    "customer": "/mkt/customers",
    "run": f"/mkt/run?dag_id=nightly_scoring&run_id={ORIGIN['airflow_run_id']}",
    "no run": "/mkt/run?dag_id=other&run_id=x",
    "chinese": "/mkt/?language=zh",
}
SCHEMES = ("light", "dark")


@pytest.fixture(scope="module")
def held(shown):
    hold(shown.pipeline, TODAY)
    yield shown
    shown.pipeline.campaign_database.reject(CASE, who="tests", reason="put back")


def violations(page):
    found = Axe().run(page)
    return [
        (one["id"], [node["html"][:200] for node in one["nodes"]])
        for one in found.response["violations"]
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("view", VIEWS)
def test_a_view_has_no_violation(visit, held, view, scheme):
    page = visit(color_scheme=scheme).open(VIEWS[view])
    assert violations(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_customer_that_was_found_has_none_either(visit, held, scheme):
    one = visit(color_scheme=scheme)
    page = one.open("/mkt/customers")
    page.locator("#customer").fill(any_customer(held.pipeline))
    page.locator("#reason").fill("a call")
    page.get_by_role("button", name="Look up").click()
    one.drawn()
    page.get_by_text("Show as a table").first.click()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_problem_has_none_either(visit, scheme):
    one = visit(color_scheme=scheme)
    page = one.open("/mkt/nothing")
    assert violations(page) == []
    assert len(one.complaints) == 1  # that the page was not found
    one.complaints.clear()
