"""The way to a run in MLflow: asked of MLflow when somebody goes there, not before."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from fastapi.responses import RedirectResponse

from mkt_pipeline.operator_page.seams import Seams, Visitor
from mkt_pipeline.wiring.pipeline import Pipeline


def mlflow_routes(seams: Seams) -> APIRouter:
    """One redirection, for the address of a run holds more than its id."""
    router = APIRouter(include_in_schema=False)

    @router.get("/mlflow/{run_id}")
    def mlflow(
        visitor: Annotated[Visitor, Depends(seams.visitor)],  # noqa: ARG001 - must be somebody
        steps: Annotated[Pipeline, Depends(seams.pipeline)],
        run_id: Annotated[str, Path(pattern="^[0-9a-f]{32}$")],
    ) -> Response:
        return RedirectResponse(steps.tracking.run_url(run_id), status_code=303)

    return router
