"""English and Chinese, and a phone's width."""

import pytest

from .nights import CASE

VIEWS = ("/mkt/", f"/mkt/use-cases/{CASE}", "/mkt/quarantine", "/mkt/customers")


def test_the_browser_chooses_the_language(visit):
    page = visit(locale="zh-CN").open("/mkt/")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    assert page.locator("h1").inner_text() == "昨夜"
    assert "2026年11月1日" in page.locator("main").inner_text()


def test_a_visitor_switches_and_it_stays_so(visit):
    one = visit()
    page = one.open(f"/mkt/use-cases/{CASE}")
    page.get_by_role("link", name="中文").click()
    assert page.url.split("?")[0].endswith(f"/mkt/use-cases/{CASE}")
    one.drawn()
    page.get_by_role("link", name="隔离区").click()
    assert page.locator("h1").inner_text() == "隔离区"
    page.get_by_role("link", name="English").click()
    assert page.locator("h1").inner_text() == "Quarantine"


def test_reasons_are_told_in_the_language_of_the_visitor(visit, shown):
    from .nights import any_customer

    customer = any_customer(shown.pipeline)
    one = visit(locale="zh-CN")
    page = one.open("/mkt/customers")
    page.locator("#customer").fill(customer)
    page.locator("#reason").fill("来电")
    page.get_by_role("button", name="查询").click()
    one.drawn()
    reasons = shown.pipeline.campaign_database.customer(CASE, customer).reasons
    told = page.locator(".reasons p").all_inner_texts()
    assert told == [reason["text_zh"] for reason in reasons]


@pytest.mark.parametrize("path", VIEWS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_wider_than_a_phone(visit, path, language):
    one = visit(viewport={"width": 360, "height": 740})
    page = one.open(f"{path}?language={language}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
