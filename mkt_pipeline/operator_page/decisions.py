"""What a visitor decides: to release or reject a held night, or to go back to an earlier one."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from starlette.background import BackgroundTask

from mkt_pipeline.contracts.stated_reason import stated_reason
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.operator_page.guarded import Post, guarded
from mkt_pipeline.operator_page.last_night import DAYS, use_case_night
from mkt_pipeline.operator_page.night_facts import night_facts
from mkt_pipeline.operator_page.pages import Pages
from mkt_pipeline.operator_page.seams import Seams, Visitor
from mkt_pipeline.steps.held_publications import (
    reject_held,
    release_held,
    roll_back_publication,
)
from mkt_pipeline.wiring.pipeline import Pipeline
from mkt_pipeline.wiring.told_people import settled

STANDING = ("published", "rolled_back")
"""Those whose rows are there, and that readers may be shown."""


def decision_routes(seams: Seams, pages: Pages) -> APIRouter:
    """The pages and posts; every act is recorded with the visitor's name and words."""
    router = APIRouter(include_in_schema=False)
    Asking = Annotated[Visitor, Depends(seams.visitor)]  # noqa: N806 - a type
    Steps = Annotated[Pipeline, Depends(seams.pipeline)]  # noqa: N806
    Decision = Annotated[Post, Depends(guarded(seams, "decide"))]  # noqa: N806
    Rollback = Annotated[Post, Depends(guarded(seams, "roll_back"))]  # noqa: N806

    def back(request: Request, steps: Pipeline, name: str, done: str) -> Response:
        root = request.scope.get("root_path", "")
        # Afterwards, for a mail server may take its time.
        tell = BackgroundTask(settled, steps)
        address = f"{root}/use-cases/{name}?done={done}"
        return RedirectResponse(address, status_code=303, background=tell)

    @router.post("/use-cases/{name}/held/{day}")
    def decide(request: Request, post: Decision, steps: Steps, name: str, day: date) -> Response:
        """Release or reject, by the button that was pressed."""
        use_case, act = steps.use_case(name).name, post.field("act")
        if act not in ("release", "reject"):
            raise HTTPException(400, "a held night is either released or rejected")
        reason = stated_reason(post.field("reason"))
        (release_held if act == "release" else reject_held)(
            campaign=steps.campaign_database,
            use_case=use_case,
            as_of=steps.as_of(str(day)),
            who=post.visitor.name,
            reason=reason,
        )
        return back(request, steps, use_case, act)

    @router.get("/use-cases/{name}/roll-back/{day}")
    def confirm(request: Request, visitor: Asking, steps: Steps, name: str, day: date) -> Response:
        """Show what would change, before anything does."""
        if "roll_back" not in visitor.may:
            raise HTTPException(403, "you do not have the right to do this")
        night = use_case_night(steps, name, seams.airflow)
        days = steps.campaign_database.nights(name, DAYS)
        standing = [one for one in days if one.status in STANDING]
        target = next((one for one in standing if one.as_of == day), None)
        if target is None or night.current is None:
            raise HTTPException(404, "there is no such night to go back to")
        return pages.page(
            request,
            "roll_back.html",
            visitor,
            zone=steps.settings.time_zone,
            one=night,
            target=night_facts(target, days, seams.airflow),
            withdrawn=[o for o in standing if o.status == "published" and o.as_of > day],
        )

    @router.post("/use-cases/{name}/roll-back/{day}")
    def roll_back(request: Request, post: Rollback, steps: Steps, name: str, day: date) -> Response:
        """Go back, if readers still see what the visitor was shown."""
        use_case = steps.use_case(name).name
        current = steps.campaign_database.current(use_case)
        if current is None or str(current.publication_id) != post.field("current"):
            raise BadInputError(
                "readers see another night by now than when this page was loaded",
                remedy="look at the use case again, then decide",
            )
        roll_back_publication(
            campaign=steps.campaign_database,
            use_case=use_case,
            to=steps.as_of(str(day)),
            who=post.visitor.name,
            reason=post.field("reason"),
        )
        return back(request, steps, use_case, "roll_back")

    return router
