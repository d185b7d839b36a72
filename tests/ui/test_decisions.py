"""What a visitor decides: each button, and what it leaves in the record."""

from datetime import timedelta

import pytest

from .nights import CASE, TODAY, hold, put_back

DAY = "1 Nov 2026"


@pytest.fixture
def held(shown):
    """The night of today, held beside the one that stands; whatever is decided is put back."""
    hold(shown.pipeline, TODAY)
    yield shown
    database = shown.pipeline.campaign_database
    if database.held(CASE):
        database.reject(CASE, who="tests", reason="put back")
    put_back(shown.pipeline)


def last_act(shown):
    one = shown.pipeline.campaign_database.acts(CASE, limit=1)[0]
    return one.act, one.as_of, one.done_by, one.reason


def test_a_held_night_tells_which_limits_it_broke(visit, held):
    page = visit().open("/mkt/")
    panel = page.locator(".panel.held")
    assert panel.get_by_role("heading").inner_text() == f"The night of {DAY} is held"
    assert "Readers still see what was published for this day before" in panel.inner_text()
    publication = held.pipeline.campaign_database.held(CASE)[0]
    rows = panel.locator("tbody tr").all_inner_texts()
    assert len(rows) == len(publication.checks["checks"]) == 6
    assert sum("outside" in row for row in rows) == len(publication.broken)


@pytest.mark.parametrize(
    ("button", "act", "told"),
    [
        ("Release", "release", "Released. Readers see this night from now on"),
        ("Reject", "reject", "Rejected. The rows of that night are gone"),
    ],
)
def test_a_held_night_is_released_or_rejected_and_recorded(visit, held, button, act, told):
    number = held.pipeline.campaign_database.held(CASE)[0].publication_id
    one = visit()
    page = one.open("/mkt/")
    page.get_by_label("Why do you decide so?").fill("looked at it")
    page.get_by_role("button", name=button).click()
    assert told in page.get_by_role("status").first.inner_text()
    one.drawn()
    database = held.pipeline.campaign_database
    assert database.held(CASE) == ()
    assert (database.current(CASE).publication_id == number) == (act == "release")
    assert last_act(held) == (act, TODAY, "approver", "looked at it")
    assert "looked at it" in page.locator("section", has=page.locator("#acts")).inner_text()


def test_without_a_reason_nothing_is_decided(visit, held):
    page = visit().open("/mkt/")
    page.get_by_role("button", name="Release").click()
    assert page.locator("input[name=reason]:invalid").count() == 1
    assert len(held.pipeline.campaign_database.held(CASE)) == 1


def test_going_back_is_confirmed_first_with_what_it_changes(visit, shown):
    database = shown.pipeline.campaign_database
    yesterday = TODAY - timedelta(days=1)
    one = visit()
    page = one.open(f"/mkt/use-cases/{CASE}")
    page.get_by_role("link", name="Go back to the night of 31 Oct 2026").click()
    assert database.current(CASE).as_of == TODAY  # looking changes nothing
    before = next(night for night in database.nights(CASE) if night.as_of == yesterday)
    row = page.locator("tbody tr", has_text="Customers").inner_text().split("\t")
    assert row == ["Customers", f"{database.current(CASE).rows:,}", f"{before.rows:,}"]
    page.get_by_label("Why do you go back?").fill("complaints")
    page.get_by_role("button", name="Go back").click()
    assert "Readers see the earlier night again" in page.get_by_role("status").first.inner_text()
    one.drawn()
    assert database.current(CASE).as_of == yesterday
    assert last_act(shown) == ("roll_back", yesterday, "approver", "complaints")
    withdrawn = page.locator("section", has=page.locator("#nights")).locator("tbody tr").first
    assert "rolled back" in withdrawn.inner_text()
    # And forward again, which is a rollback to the day that was withdrawn.
    withdrawn.get_by_role("link").click()
    page.get_by_label("Why do you go back?").fill("it was right")
    page.get_by_role("button", name="Go back").click()
    one.drawn()
    assert database.current(CASE).as_of == TODAY


def test_going_back_from_a_page_that_is_out_of_date_is_refused(visit, shown):
    database = shown.pipeline.campaign_database
    one = visit()
    page = one.open(f"/mkt/use-cases/{CASE}/roll-back/{TODAY - timedelta(days=1)}")
    put_back(shown.pipeline)
    current = database.current(CASE)
    page.get_by_label("Why do you go back?").fill("complaints")
    page.get_by_role("button", name="Go back").click()
    assert page.get_by_text("readers see another night by now").is_visible()
    assert database.current(CASE) == current
    assert ["400" in complaint for complaint in one.complaints] == [True]
    one.complaints.clear()


def test_everything_can_be_reached_and_sent_with_the_keyboard(visit, held):
    one = visit()
    page = one.open("/mkt/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "reason":
            break
    page.keyboard.type("by the keyboard")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "release"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert "Rejected" in page.get_by_role("status").first.inner_text()
    one.drawn()
    assert last_act(held)[::3] == ("reject", "by the keyboard")
