"""The view of one customer: propensity over the nights, reasons, recommended products.

The customer's key comes in a form and never in an address, for addresses are kept in logs.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from mkt_pipeline.campaign.customer_lookup import CustomerFound
from mkt_pipeline.operator_page.guarded import Post, guarded
from mkt_pipeline.operator_page.pages import Pages
from mkt_pipeline.operator_page.seams import Seams, Visitor
from mkt_pipeline.wiring.pipeline import Pipeline


def customer_routes(seams: Seams, pages: Pages) -> APIRouter:
    """The empty form, and what it finds."""
    router = APIRouter(include_in_schema=False)
    Asking = Annotated[Visitor, Depends(seams.visitor)]  # noqa: N806 - a type
    Steps = Annotated[Pipeline, Depends(seams.pipeline)]  # noqa: N806
    LookUp = Annotated[Post, Depends(guarded(seams, "look_up"))]  # noqa: N806

    @router.get("/customers")
    def form(request: Request, visitor: Asking, steps: Steps) -> Response:
        zone = steps.settings.time_zone
        return pages.page(
            request, "customer.html", visitor, zone=zone, found=None, customer_id="", reason=""
        )

    @router.post("/customers")
    def look_up(request: Request, post: LookUp, steps: Steps) -> Response:
        """Recorded by a hash of the customer, whether anything is found or not."""
        customer_id, reason = post.field("customer_id"), post.field("reason")
        found = steps.look_up(customer_id, who=post.visitor.name, reason=reason)
        return pages.page(
            request,
            "customer.html",
            post.visitor,
            zone=steps.settings.time_zone,
            found=found,
            history=history(found),
            titles={name: one.title for name, one in steps.configured.readable.items()},
            customer_id=customer_id,
            reason=reason,
        )

    return router


def history(found: CustomerFound) -> dict[str, list[dict[str, Any]]]:
    """The nights of each use case as the chart takes them, the earliest first."""
    told: dict[str, list[dict[str, Any]]] = {}
    for night in found.nights:
        point = {
            "as_of": night.as_of.isoformat(),
            "propensity": night.propensity,
            "segment": night.segment,
        }
        told.setdefault(night.use_case, []).append(point)
    return told
