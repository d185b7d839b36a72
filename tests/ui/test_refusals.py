"""Who may do what: visitors without the right, strangers, and other sites."""

import patient_http
import pytest

from mkt_pipeline.operator_page.form_token import form_token

from .nights import CASE, TODAY, hold
from .served import SECRET

FORM = {"act": "release", "reason": "looks fine"}
POSTS = (
    f"/mkt/use-cases/{CASE}/held/{TODAY}",
    f"/mkt/use-cases/{CASE}/roll-back/{TODAY}",
    "/mkt/customers",
)


@pytest.fixture(scope="module")
def held(shown):
    hold(shown.pipeline, TODAY)
    yield shown
    shown.pipeline.campaign_database.reject(CASE, who="tests", reason="put back")


def same_origin(address):
    return {"Origin": address, "Sec-Fetch-Site": "same-origin"}


def post(address, path, *, who="approver", headers=None, token=None, **fields):
    token = form_token(SECRET, who) if token is None else token
    headers = same_origin(address) if headers is None else headers
    cookies = {"who": who} if who else {}
    form = {**FORM, "token": token, "customer_id": "c1", **fields}
    return patient_http.post(f"{address}{path}", data=form, headers=headers, cookies=cookies)


def state(shown):
    database = shown.pipeline.campaign_database
    return database.held(CASE), database.current(CASE), database.acts(CASE)


def test_a_visitor_without_rights_sees_the_page_and_no_button(visit, held):
    page = visit("guest").open("/mkt/")
    assert page.locator(".panel.held").is_visible()
    assert page.locator("button, input").count() == 0
    assert page.get_by_text("releasing and rejecting need the right").is_visible()
    page.get_by_role("link", name="Comes to the workshop within 60 days").click()
    assert page.get_by_role("link", name="Go back").count() == 0
    page.get_by_role("link", name="Customer", exact=True).click()
    assert page.get_by_text("You do not have the right to look a customer up").is_visible()
    assert page.locator("input").count() == 0


@pytest.mark.parametrize("path", POSTS)
def test_a_post_without_the_right_is_refused(held, address, path):
    before = state(held)
    answer = post(address, path, who="guest")
    assert answer.status_code == 403
    assert "do not have the right" in answer.text
    assert state(held) == before


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    ],
    ids=["another site", "an older browser", "a frame without origin", "a neighbour", "nothing"],
)
def test_a_post_from_another_site_is_refused_with_every_right_and_token(
    held, address, path, headers
):
    before = state(held)
    assert post(address, path, headers=headers).status_code == 403
    assert state(held) == before


@pytest.mark.parametrize(
    "token",
    ["", "x", "1.abc", form_token("another secret", "approver"), form_token(SECRET, "analyst")],
    ids=["none", "no token", "no signature", "another secret", "somebody else's"],
)
def test_a_token_that_is_not_ours_is_refused(held, address, token):
    before = state(held)
    answer = post(address, POSTS[0], token=token)
    assert (answer.status_code, "not ours" in answer.text) == (403, True)
    assert state(held) == before


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"reason=" + b"x" * 9000, "application/x-www-form-urlencoded", 413),
        (b"{}", "application/json", 415),
        (b"&".join([b"a=b"] * 20), "application/x-www-form-urlencoded", 400),
        (b"reason=\xff", "application/x-www-form-urlencoded", 400),
        (b"reason=a%00b", "application/x-www-form-urlencoded", 400),
        (b"act%00=release", "application/x-www-form-urlencoded", 400),
    ],
    ids=["too large", "no form", "too many fields", "no text", "zero byte", "zero byte in a name"],
)
def test_a_body_that_is_no_form_of_ours_is_refused(address, body, kind, code):
    headers = {**same_origin(address), "Content-Type": kind}
    answer = patient_http.post(
        f"{address}{POSTS[0]}", content=body, headers=headers, cookies={"who": "approver"}
    )
    assert answer.status_code == code


def test_a_form_on_another_site_reaches_nothing(visit, held, address):
    """A real browser, which sends the visitor's cookie along, and says where it comes from."""
    before = state(held)
    one = visit()
    other = address.replace("127.0.0.1", "localhost")
    one.page.goto(f"{other}/frame?src=about:blank")
    with one.page.expect_navigation():
        one.page.evaluate(
            """([action, token]) => {
                const form = document.createElement("form");
                form.method = "post"; form.action = action;
                for (const [name, value] of Object.entries({act: "release", reason: "x", token})) {
                    const input = document.createElement("input");
                    input.name = name; input.value = value; form.append(input);
                }
                document.body.append(form); form.submit();
            }""",
            [f"{address}{POSTS[0]}", form_token(SECRET, "approver")],
        )
    assert one.page.get_by_text("This is not allowed").is_visible()
    assert state(held) == before
    assert all("403" in complaint for complaint in one.complaints)
    one.complaints.clear()


def test_nobody_is_asked_to_sign_in_and_programs_are_told(address):
    visit = patient_http.get(f"{address}/mkt/use-cases/{CASE}?done=x")
    assert visit.status_code == 303
    assert visit.headers["location"] == f"/auth/login?next=/mkt/use-cases/{CASE}?done=x"
    program = patient_http.get(f"{address}/mkt/api/last-night")
    assert (program.status_code, program.json()["problem"]) == (401, "Not authenticated")
    assert post(address, POSTS[0], who="").status_code == 401


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/mkt/use-cases/nothing", 404),
        ("/mkt/use-cases/..%2f..%2fetc", 404),
        ("/mkt/assets/..%2fapp.py", 404),
        ("/mkt/assets/app.py", 404),
        ("/mkt/nothing", 404),
        ("/mkt/mlflow/not-a-run", 400),
        (f"/mkt/use-cases/{CASE}/roll-back/yesterday", 400),
        (f"/mkt/use-cases/{CASE}/roll-back/2001-01-01", 404),
        (f"/mkt/api/use-cases/{CASE}/nights?limit=0", 400),
        ("/mkt/api/use-cases/nothing/model", 404),
    ],
)
def test_an_address_that_leads_nowhere_is_told_calmly(address, path, code):
    answer = patient_http.get(f"{address}{path}", cookies={"who": "approver"})
    assert answer.status_code == code
    assert "Traceback" not in answer.text


def test_a_link_cannot_pretend_that_something_was_done(visit):
    page = visit("analyst").open(f"/mkt/use-cases/{CASE}?done=release")
    assert page.locator(".note.done").count() == 0


def test_every_page_forbids_what_it_does_not_need(address):
    for path in ("/mkt/", "/mkt/nothing", "/mkt/api/last-night", "/mkt/assets/page.js"):
        headers = patient_http.get(f"{address}{path}", cookies={"who": "approver"}).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "SAMEORIGIN"
    assert (
        patient_http.get(f"{address}/mkt/", cookies={"who": "approver"}).headers["cache-control"]
        == "no-store"
    )
