"""The view of one use case: its nights, its model, and the way back to an earlier night."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

from mkt_pipeline.campaign.publication import PastPublication
from mkt_pipeline.modelling.drift_words import sign_words
from mkt_pipeline.operator_page.decisions import STANDING
from mkt_pipeline.operator_page.last_night import DAYS, use_case_night
from mkt_pipeline.operator_page.pages import Pages
from mkt_pipeline.operator_page.seams import Seams, Visitor
from mkt_pipeline.operator_page.use_case_facts import ModelFacts, model_facts
from mkt_pipeline.wiring.pipeline import Pipeline

SHOWN = 15


@dataclass(frozen=True, kw_only=True)
class DayFacts:
    """One publication of the chart: what stands, is held or was rejected."""

    as_of: date
    status: str
    is_current: bool
    rows: int
    high: int
    medium: int
    low: int
    mean_propensity: float
    model_version: str


def use_case_routes(seams: Seams, pages: Pages) -> APIRouter:
    """The page and the documents behind it."""
    router = APIRouter()
    Asking = Annotated[Visitor, Depends(seams.visitor)]  # noqa: N806 - a type
    Steps = Annotated[Pipeline, Depends(seams.pipeline)]  # noqa: N806

    def known(name: str, steps: Steps) -> str:
        if name not in steps.configured.names:
            raise HTTPException(
                404, f"no use case is called so; there are {', '.join(steps.configured.names)}"
            )
        return steps.use_case(name).name

    Known = Annotated[str, Depends(known)]  # noqa: N806

    @router.get("/use-cases/{name}", include_in_schema=False)
    def page(
        request: Request, visitor: Asking, steps: Steps, name: Known, done: str = ""
    ) -> Response:
        model = model_facts(steps, name)
        return pages.page(
            request,
            "use_case.html",
            visitor,
            zone=steps.settings.time_zone,
            one=use_case_night(steps, name, seams.airflow),
            model=model,
            sign_words=sign_words,
            nights=steps.campaign_database.nights(name, SHOWN),
            can_return=STANDING,
            done=done if _did(visitor, done, model) else "",
        )

    @router.get("/api/use-cases/{name}/nights", tags=["nights"], summary="The last nights")
    def nights(
        visitor: Asking,  # noqa: ARG001 - must be somebody
        steps: Steps,
        name: Known,
        limit: Annotated[int, Query(ge=1, le=400)] = DAYS,
    ) -> list[DayFacts]:
        """Customers of each segment, the earliest day first; replaced runs are left out."""
        found = steps.campaign_database.nights(name, limit)
        return [_day(one) for one in reversed(found)]

    @router.get("/api/use-cases/{name}/model", tags=["models"], summary="The model in use")
    def model_document(visitor: Asking, steps: Steps, name: Known) -> ModelFacts:  # noqa: ARG001
        """Promised and realised figures, drift of the latest night, alarms, and who did what."""
        return model_facts(steps, name)

    return router


def _did(visitor: Visitor, done: str, model: ModelFacts) -> bool:
    """Whether it was really this visitor's act, for a link can say anything."""
    return any((one.act, one.done_by) == (done, visitor.name) for one in model.acts[:1])


def _day(one: PastPublication) -> DayFacts:
    return DayFacts(
        as_of=one.as_of,
        status=one.status,
        is_current=one.is_current,
        rows=one.rows,
        high=one.counts.get("high", 0),
        medium=one.counts.get("medium", 0),
        low=one.counts.get("low", 0),
        mean_propensity=one.mean_propensity,
        model_version=one.model_version,
    )
