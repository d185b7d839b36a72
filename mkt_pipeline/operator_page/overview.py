"""The first view: how last night went, what waits for a decision, the segments over the nights."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from mkt_pipeline.errors import TryAgainError
from mkt_pipeline.operator_page.last_night import LastNight, last_night
from mkt_pipeline.operator_page.pages import Pages
from mkt_pipeline.operator_page.seams import Seams, Visitor
from mkt_pipeline.wiring.pipeline import Pipeline


def overview_routes(seams: Seams, pages: Pages) -> APIRouter:
    """The page and the document behind it."""
    router = APIRouter()
    Asking = Annotated[Visitor, Depends(seams.visitor)]  # noqa: N806 - a type
    Steps = Annotated[Pipeline, Depends(seams.pipeline)]  # noqa: N806

    @router.get("/", include_in_schema=False)
    def overview(request: Request, visitor: Asking, steps: Steps) -> Response:
        zone = steps.settings.time_zone
        try:
            night = last_night(steps, seams.airflow)
        except TryAgainError as away:
            return _without_database(request, visitor, steps, away)
        return pages.page(request, "overview.html", visitor, zone=zone, night=night)

    @router.get("/api/last-night", tags=["nights"], summary="How last night went")
    def document(visitor: Asking, steps: Steps) -> LastNight:  # noqa: ARG001 - must be somebody
        """What readers see of each use case, what is held for a decision, and Airflow's runs."""
        return last_night(steps, seams.airflow)

    def _without_database(
        request: Request, visitor: Visitor, steps: Pipeline, away: TryAgainError
    ) -> Response:
        today = steps.settings.current_day
        runs = tuple(seams.airflow.of_day(today))
        values = {"problem": away.problem, "remedy": away.remedy, "today": today, "runs": runs}
        return pages.page(
            request, "away.html", visitor, status=503, zone=steps.settings.time_zone, **values
        )

    return router
