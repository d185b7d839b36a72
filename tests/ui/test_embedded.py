"""Inside Airflow: a sandboxed frame of the same origin, which may open no window by itself."""

import pytest
from playwright.sync_api import expect

from .nights import CASE


def framed(one, path="/mkt/", theme="light"):
    page = one.page
    page.goto(f"{one.address}/frame?theme={theme}&src={path}")
    frame = page.frame_locator("iframe")
    frame.locator("h1").wait_for()
    inner = page.frames[1]
    expect(inner.locator(".chart[aria-busy=true]")).to_have_count(0, timeout=30_000)
    return page, inner


def test_the_page_works_in_airflows_frame(visit):
    _, inner = framed(visit())
    assert inner.locator(".chart .scatterlayer .trace").count() == 3
    inner.get_by_role("link", name="Comes to the workshop within 60 days").click()
    inner.locator("#champion").wait_for()


@pytest.mark.parametrize(("theme", "dark"), [("dark", True), ("light", False)])
@pytest.mark.parametrize("system", ["dark", "light"])
def test_the_page_takes_the_colours_of_airflow_and_not_of_the_system(visit, theme, dark, system):
    page, inner = framed(visit(color_scheme=system), theme=theme)
    assert is_dark(inner) == dark
    other = "light" if dark else "dark"
    page.evaluate("theme => { document.documentElement.className = theme; }", other)
    expect(inner.locator("html")).to_have_attribute("data-theme", other)
    assert is_dark(inner) != dark


def is_dark(inner):
    colour = inner.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(int(part) for part in colour.strip("rgb()").split(",")) < 3 * 128


def test_a_link_to_a_run_leaves_the_frame(visit):
    page, inner = framed(visit())
    with page.expect_navigation(url="**/dags/nightly_scoring/**"):
        inner.get_by_role("link", name="Run in Airflow").click()
    assert page.title() == "Airflow itself"


def test_a_link_to_mlflow_opens_a_window_beside(visit, shown):
    one = visit()
    page, inner = framed(one, f"/mkt/use-cases/{CASE}")
    with one.context.expect_page() as opened:
        inner.get_by_role("link", name="Training in MLflow").click()
    window = opened.value
    window.wait_for_url(f"{shown.pipeline.mlflow}/**")
    assert page.frames[1].url.endswith(f"/mkt/use-cases/{CASE}")
    window.close()
