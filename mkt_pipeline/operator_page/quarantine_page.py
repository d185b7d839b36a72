"""The view of rows that break the contract, and of nights that were held for them."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from mkt_pipeline.operator_page.pages import Pages
from mkt_pipeline.operator_page.seams import Seams, Visitor
from mkt_pipeline.steps.quarantine import held_nights, quarantined_rows
from mkt_pipeline.wiring.pipeline import Pipeline

NIGHTS = 30


@dataclass(frozen=True, kw_only=True)
class BrokenRule:
    """How many rows of an entity broke a rule of the contract on one night."""

    as_of: date
    entity: str
    rule: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class HeldExtraction:
    """A night that was not read, for too many of its rows broke the contract.

    It is over where a later run of the entity kept its limits.
    """

    as_of: date
    entity: str
    rows: int
    why: str
    released_by: str | None
    over: bool


@dataclass(frozen=True, kw_only=True)
class Quarantine:
    """Of the last nights that had any, the latest first; keys of rows are not told here."""

    rules: tuple[BrokenRule, ...]
    held: tuple[HeldExtraction, ...]


def quarantine_routes(seams: Seams, pages: Pages) -> APIRouter:
    """The page and the document behind it."""
    router = APIRouter()
    Asking = Annotated[Visitor, Depends(seams.visitor)]  # noqa: N806 - a type
    Steps = Annotated[Pipeline, Depends(seams.pipeline)]  # noqa: N806

    @router.get("/quarantine", include_in_schema=False)
    def page(request: Request, visitor: Asking, steps: Steps) -> Response:
        zone, found = steps.settings.time_zone, quarantine(steps)
        return pages.page(request, "quarantine.html", visitor, zone=zone, found=found)

    @router.get("/api/quarantine", tags=["nights"], summary="Rows that break the contract")
    def document(visitor: Asking, steps: Steps) -> Quarantine:  # noqa: ARG001 - must be somebody
        """By night, entity and rule; the extractions that were held for them."""
        return quarantine(steps)

    return router


def quarantine(steps: Pipeline) -> Quarantine:
    """Read it from the lake."""
    rows = quarantined_rows(lake=steps.lake, keys=0)
    nights = sorted({one["as_of"] for one in rows}, reverse=True)[:NIGHTS]
    return Quarantine(
        rules=tuple(
            BrokenRule(
                as_of=date.fromisoformat(one["as_of"]),
                entity=one["entity"],
                rule=one["broken_rule"],
                rows=one["rows"],
            )
            for one in rows
            if one["as_of"] in nights
        ),
        held=tuple(
            HeldExtraction(
                as_of=date.fromisoformat(one["as_of"]),
                entity=one["entity"],
                rows=one["rows"],
                why=one["why"],
                released_by=one["released_by"],
                over=one["over"],
            )
            for one in held_nights(lake=steps.lake)[:NIGHTS]
        ),
    )
