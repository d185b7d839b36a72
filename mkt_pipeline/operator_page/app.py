"""The application: every view, behind whoever is let in."""

from fastapi import FastAPI

from mkt_pipeline import __version__
from mkt_pipeline.operator_page.assets import asset_routes
from mkt_pipeline.operator_page.customer_page import customer_routes
from mkt_pipeline.operator_page.decisions import decision_routes
from mkt_pipeline.operator_page.mlflow_link import mlflow_routes
from mkt_pipeline.operator_page.overview import overview_routes
from mkt_pipeline.operator_page.pages import Pages
from mkt_pipeline.operator_page.problems import handle_problems
from mkt_pipeline.operator_page.quarantine_page import quarantine_routes
from mkt_pipeline.operator_page.run_page import run_routes
from mkt_pipeline.operator_page.seams import Seams
from mkt_pipeline.operator_page.security_headers import with_security_headers
from mkt_pipeline.operator_page.use_case_page import use_case_routes

DESCRIPTION = """What the operator's page of mkt_pipeline shows, as documents. Read only: acts are
done on the page or by the command line, and every one of them is recorded."""


def operator_page(seams: Seams) -> FastAPI:
    """The application, to be mounted wherever whoever serves it likes."""
    app = FastAPI(
        title="mkt_pipeline",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
    )
    pages = Pages(seams)
    app.middleware("http")(with_security_headers)
    handle_problems(app, seams, pages)
    for router in (
        overview_routes(seams, pages),
        use_case_routes(seams, pages),
        decision_routes(seams, pages),
        quarantine_routes(seams, pages),
        customer_routes(seams, pages),
        run_routes(seams, pages),
        mlflow_routes(seams),
        asset_routes(),
    ):
        app.include_router(router)
    return app
