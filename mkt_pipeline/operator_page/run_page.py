"""The view of one Airflow run, shown as a tab on it: what the night of that run brought."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from mkt_pipeline.operator_page.night_facts import NightFacts, night_facts
from mkt_pipeline.operator_page.pages import Pages
from mkt_pipeline.operator_page.seams import Seams, Visitor
from mkt_pipeline.wiring.pipeline import Pipeline

LOOKED_BACK = 400
ORDER = ("held", "published", "rolled_back", "rejected")
"""What is asked for first; a rerun may be held beside what stands."""


def run_routes(seams: Seams, pages: Pages) -> APIRouter:
    """One page; runs of other DAGs, and runs without a day, are told as such."""
    router = APIRouter(include_in_schema=False)
    Asking = Annotated[Visitor, Depends(seams.visitor)]  # noqa: N806 - a type
    Steps = Annotated[Pipeline, Depends(seams.pipeline)]  # noqa: N806

    @router.get("/run")
    def run(request: Request, visitor: Asking, steps: Steps, dag_id: str, run_id: str) -> Response:
        known = seams.airflow.one(dag_id, run_id)
        nights = _of_day(steps, known.day) if known and known.day else []
        zone = steps.settings.time_zone
        return pages.page(request, "run.html", visitor, zone=zone, run=known, nights=nights)

    def _of_day(steps: Pipeline, day: date) -> list[tuple[str, str, NightFacts | None]]:
        found = []
        for name, use_case in steps.configured.readable.items():
            days = steps.campaign_database.nights(name, LOOKED_BACK)
            of_day = sorted(
                (one for one in days if one.as_of == day), key=lambda one: ORDER.index(one.status)
            )
            one = next(iter(of_day), None)
            facts = night_facts(one, days, seams.airflow) if one else None
            found.append((name, use_case.title, facts))
        return found

    return router
