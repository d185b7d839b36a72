"""What each view shows, in a real browser."""

import re

import patient_http
import pytest

from .nights import CASE, ORIGIN, TODAY, any_customer

MIA = {"who": "approver"}
RUN = f"/mkt/run?dag_id=nightly_scoring&run_id={ORIGIN['airflow_run_id']}"


def figures(article):
    """The large figures of a view, as numbers."""
    texts = article.locator(".counts b").all_inner_texts()
    return [int(text.replace(",", "")) for text in texts]


def test_last_night_tells_what_readers_see(visit, shown):
    page = visit().open("/mkt/")
    current = shown.pipeline.campaign_database.current(CASE)
    article = page.locator("article", has_text="Comes to the workshop").first
    counts = current.counts
    assert figures(article) == [counts["high"], counts["medium"], counts["low"], current.rows]
    assert article.get_by_text("Readers see the night of 1 Nov 2026").is_visible()
    assert article.locator(".chip").first.inner_text() == "Published"
    earlier = shown.pipeline.campaign_database.nights(CASE)
    before = next(night for night in earlier if night.as_of < TODAY)
    deltas = article.locator(".counts .delta").all_inner_texts()
    assert len(deltas) == 4
    assert int(re.sub("[±+,]", "", deltas[3]).replace("−", "-")) == current.rows - before.rows


def test_last_night_tells_how_airflow_went_and_what_was_never_published(visit):
    page = visit().open("/mkt/")
    assert page.locator(".runs li").all_inner_texts() == [
        "Read the CRM\ndone · 4 min",
        "Build features\ndone · 2 min",
        "Score and publish\ndone · 3 min",
    ]
    never = page.locator("article", has_text="Nothing published yet")
    assert never.count() == 1


def test_the_chart_of_segments_is_drawn_from_the_document_and_has_a_table(visit, address):
    page = visit().open("/mkt/")
    chart = page.locator(".chart").first
    assert chart.locator(".scatterlayer .trace").count() == 3
    chart.get_by_text("Show as a table").click()
    rows = chart.locator("tbody tr")
    document = patient_http.get(f"{address}/mkt/api/use-cases/{CASE}/nights", cookies=MIA).json()
    # The night of the summer is more than two months ago, rejected ones are left out.
    recent = [one for one in document if one["as_of"] > "2026-09" and one["status"] != "rejected"]
    assert rows.count() == len(recent) == 3
    latest = recent[-1]
    assert rows.first.inner_text().split("\t") == [
        str(TODAY),
        *(f"{latest[name]:,}" for name in ("high", "medium", "low")),
    ]


def test_the_use_case_shows_champion_figures_drift_and_nights(visit, shown):
    one = visit()
    page = one.open("/mkt/")
    page.get_by_role("link", name="Comes to the workshop within 60 days").click()
    one.drawn()
    champion = page.locator("section", has=page.locator("#champion"))
    assert "version 1" in champion.inner_text()
    rows = champion.locator("tbody tr").all_inner_texts()
    assert [row.split("\t")[0] for row in rows[:4]] == [
        "Average precision",
        "ROC AUC",
        "Lift at 10 %",
        "Calibration error",
    ]
    assert all(re.search(r"\t0?\d*\.\d{3}\t", row) for row in rows[:4])
    assert champion.locator(".chart .scatterlayer .trace").count() == 2
    drift = page.locator("section", has=page.locator("#drift")).inner_text()
    assert "signs looked at on the night of 1 Nov 2026" in drift
    nights = page.locator("section", has=page.locator("#nights")).locator("tbody tr")
    assert nights.filter(has_not_text="rejected").count() == 4
    assert nights.filter(has_text="current").count() == 1


def test_a_customer_is_looked_up_and_the_look_up_is_recorded_without_the_key(visit, shown):
    customer = any_customer(shown.pipeline)
    one = visit()
    page = one.open("/mkt/")
    page.get_by_role("link", name="Customer", exact=True).click()
    page.get_by_label("Customer's key in the CRM").fill(customer)
    page.get_by_label("Why do you look?").fill("call of 1 November")
    page.get_by_role("button", name="Look up").click()
    one.drawn()
    published = shown.pipeline.campaign_database.customer(CASE, customer)
    found = page.locator("main").inner_text()
    assert f"{100 * published.propensity:.1f} %" in found
    assert all(reason["text"] in found for reason in published.reasons)
    assert all(product["name"] in found for product in published.recommended_products)
    assert page.locator(".chart .scatterlayer .point").count() == 4
    assert customer not in page.url
    person = shown.pipeline.lake.erased.person(customer)
    assert recorded(shown, person) == ("look_up", "approver", "call of 1 November")


def recorded(shown, person):
    import psycopg2

    with psycopg2.connect(shown.pipeline.campaign) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT act, done_by, reason FROM campaign.audit WHERE person_hash = %s"
            " ORDER BY audit_id DESC LIMIT 1",
            [person],
        )
        found = cursor.fetchone()
    connection.close()
    return found


def test_an_unknown_customer_is_an_empty_state_and_recorded_as_well(visit, shown):
    page = visit().open("/mkt/customers")
    page.get_by_label("Customer's key in the CRM").fill("nobody at all")
    page.get_by_label("Why do you look?").fill("a letter")
    page.get_by_role("button", name="Look up").click()
    assert page.get_by_text("Nothing is published about this customer").is_visible()
    person = shown.pipeline.lake.erased.person("nobody at all")
    assert recorded(shown, person) == ("look_up", "approver", "a letter")


def test_a_reason_that_names_the_customer_is_refused(visit):
    one = visit()
    page = one.open("/mkt/customers")
    page.get_by_label("Customer's key in the CRM").fill("c77")
    page.get_by_label("Why do you look?").fill("c77 asked")
    page.get_by_role("button", name="Look up").click()
    assert page.get_by_text("the reason names the customer").is_visible()
    assert "c77" not in page.locator("main").inner_text()
    assert ["400" in complaint for complaint in one.complaints] == [True]
    one.complaints.clear()


def test_an_empty_quarantine_says_so(visit):
    page = visit().open("/mkt/quarantine")
    assert page.get_by_text("No row has been put aside").is_visible()


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (RUN, "The night of 1 Nov 2026"),
        ("/mkt/run?dag_id=some_other&run_id=x", "This run is not one of a night"),
    ],
)
def test_a_run_of_airflow_shows_its_night(visit, path, told):
    assert visit().open(path).locator("h1, h2").first.inner_text() == told


def test_links_lead_to_the_runs_in_airflow_and_mlflow(visit, shown, address):
    page = visit().open("/mkt/")
    link = page.get_by_role("link", name="Run in Airflow").get_attribute("href")
    assert link == f"/dags/nightly_scoring/runs/{ORIGIN['airflow_run_id'].replace(':', '%3A')}"
    way = page.get_by_role("link", name="Scoring in MLflow").get_attribute("href")
    answer = patient_http.get(f"{address}{way}", cookies=MIA)
    run_id = shown.pipeline.campaign_database.current(CASE).run_id
    assert answer.status_code == 303
    assert answer.headers["location"] == shown.pipeline.tracking.run_url(run_id)


def test_documents_are_described_and_read_without_a_browser(address):
    described = patient_http.get(f"{address}/mkt/openapi.json").json()
    paths = sorted(described["paths"])
    assert paths == [
        "/api/last-night",
        "/api/quarantine",
        "/api/use-cases/{name}/model",
        "/api/use-cases/{name}/nights",
    ]
    night = patient_http.get(f"{address}/mkt/api/last-night", cookies=MIA).json()
    states = {one["name"]: one["state"] for one in night["use_cases"]}
    assert states == {CASE: "fresh", "vehicle_purchase": "never"}
    model = patient_http.get(f"{address}/mkt/api/use-cases/{CASE}/model", cookies=MIA).json()
    assert model["champion"]["version"] == "1"
    assert model["measured"]["as_of"] == "2026-08-28"
