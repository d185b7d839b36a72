"""The operator's page inside a real Airflow: its log-in, its frame, its connections."""

import json
import os
import subprocess
import sys
from pathlib import Path

import patient_http
import pytest
from playwright.sync_api import expect, sync_playwright

PROJECT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.pop("MKT_CHROMIUM", None) or "/usr/bin/chromium"


@pytest.fixture(scope="module")
def stack(tmp_path_factory, free_port):
    """Where Airflow answers, and the password of its user; nothing was ever published."""
    ports = {f"MKT_{name}_PORT": str(free_port()) for name in ("POSTGRES", "MLFLOW", "AIRFLOW")}
    home = tmp_path_factory.mktemp("page in airflow") / ".mkt"
    own = {k: v for k, v in os.environ.items() if not k.startswith(("MKT_", "AIRFLOW_"))}
    told = {**own, **ports, "MKT_HOME": str(home), "MKT_TODAY": "2026-11-01"}

    def mkt(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "mkt_pipeline.cli", "stack", *arguments],
            env=told,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

    try:
        mkt("up")
        password = (home / "secrets" / "airflow_password").read_text().strip()
        yield f"http://127.0.0.1:{ports['MKT_AIRFLOW_PORT']}", password
    finally:
        mkt("down")


@pytest.fixture(scope="module")
def bearer(stack):
    address, password = stack
    answer = patient_http.post(
        f"{address}/auth/token", json={"username": "admin", "password": password}
    )
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_airflow_has_loaded_the_page(stack, bearer):
    address, _ = stack
    errors = patient_http.get(f"{address}/api/v2/plugins/importErrors", headers=bearer).json()
    assert errors["import_errors"] == []
    plugins = patient_http.get(f"{address}/api/v2/plugins", headers=bearer).json()["plugins"]
    page = next(one for one in plugins if one["name"] == "operator_page")
    assert [one["url_prefix"] for one in page["fastapi_apps"]] == ["/mkt"]


def test_nobody_is_let_in_and_is_sent_to_airflows_log_in(stack):
    address, _ = stack
    visit = patient_http.get(f"{address}/mkt/")
    assert (visit.status_code, visit.headers["location"]) == (303, "/auth/login?next=%2Fmkt%2F")
    assert patient_http.get(f"{address}/mkt/api/last-night").status_code == 401
    assert (
        patient_http.post(f"{address}/mkt/customers", data={"customer_id": "1"}).status_code == 401
    )


def test_documents_come_through_airflows_connections(stack, bearer):
    address, _ = stack
    night = patient_http.get(f"{address}/mkt/api/last-night", headers=bearer).json()
    assert night["today"] == "2026-11-01"
    assert {one["state"] for one in night["use_cases"]} == {"never"}
    model = patient_http.get(f"{address}/mkt/api/use-cases/service_visit/model", headers=bearer)
    assert (model.status_code, model.json()["champion"]) == (200, None)
    unknown = patient_http.get(f"{address}/mkt/run?dag_id=x&run_id=y", headers=bearer)
    assert (unknown.status_code, "not one of a night" in unknown.text) == (200, True)


def test_a_person_finds_the_page_in_the_navigation_and_looks_a_customer_up(stack):
    if not Path(CHROMIUM).is_file():
        pytest.skip(f"there is no browser at {CHROMIUM}: install chromium, or set MKT_CHROMIUM")
    address, password = stack
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        page = browser.new_context(locale="en-GB").new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{address}/")
        page.locator("input[name=username]").fill("admin")
        page.locator("input[name=password]").fill(password)
        page.locator("input[name=password]").press("Enter")
        page.get_by_role("link", name="Segments", exact=True).click()
        frame = page.frame_locator("iframe")
        expect(frame.locator("h1")).to_have_text("Last night", timeout=60_000)
        frame.get_by_role("link", name="Customer", exact=True).click()
        frame.get_by_label("Customer's key in the CRM").fill("c1")
        frame.get_by_label("Why do you look?").fill("a call")
        frame.get_by_role("button", name="Look up").click()
        expect(frame.get_by_text("Nothing is published about this customer")).to_be_visible()
        assert "c1" not in json.dumps([page.url, *(one.url for one in page.frames)])
        browser.close()
