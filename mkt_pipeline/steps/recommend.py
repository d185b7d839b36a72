"""What a night needs to recommend products: learned from everything known before the day."""

from collections.abc import Mapping
from dataclasses import dataclass

import ibis.expr.types as ir

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.chosen_method import ChosenMethod
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.errors import ModelRefusedError
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.session import Session
from mkt_pipeline.segments.assortment import Assortment
from mkt_pipeline.segments.evidence_layout import EvidenceLayout
from mkt_pipeline.segments.evidence_rows import EvidenceRows
from mkt_pipeline.segments.item_to_item import ITEM_TO_ITEM
from mkt_pipeline.segments.method import Method
from mkt_pipeline.segments.methods import METHODS
from mkt_pipeline.segments.recommend import Recommender, recommender
from mkt_pipeline.steps.features import timelines
from mkt_pipeline.steps.purchase_history import PurchaseHistory

UNCHOSEN = ChosenMethod(ITEM_TO_ITEM.name, ITEM_TO_ITEM.options[0])
"""What a night uses as long as nothing was chosen."""


@dataclass(frozen=True)
class Recommending:
    """What was learned, and what speaks for a product with each customer, in their order."""

    recommender: Recommender
    evidence: EvidenceRows


def recommending(
    lake: Lake,
    session: Session,
    use_case: UseCase,
    as_of: AsOf,
    customers: ir.Table,
    chosen: ChosenMethod = UNCHOSEN,
    *,
    versions: Mapping[str, int] | None = None,
    everybody: bool = True,
) -> Recommending:
    """Learn anew by the chosen method, and lay out the evidence of ``customers``.

    ``customers`` has customer_id and number (from 0, without gaps); they are a part of all where
    not ``everybody``. With ``versions``, the change logs are read as they were then.
    """
    known = timelines(lake, session, versions)
    only = None if everybody else customers
    history = PurchaseHistory.read(session, known, as_of, only=only)
    made, layout = _learned(history, use_case, chosen)
    return Recommending(made, history.evidence(layout, customers))


def _learned(
    history: PurchaseHistory, use_case: UseCase, chosen: ChosenMethod
) -> tuple[Recommender, EvidenceLayout]:
    """What was learned from is gone when the evidence of everybody is laid out."""
    offer = history.assortment(use_case)
    return learned(offer, use_case, chosen), offer.layout


def learned(offer: Assortment, use_case: UseCase, chosen: ChosenMethod) -> Recommender:
    """A recommender as the use case wants it; refused is a method that is not there any more."""
    method = method_of(chosen)
    if method is None:
        raise ModelRefusedError(
            f"version {chosen.version} of the recommender of {use_case.name} is {chosen.label},"
            " which this code does not have",
            remedy=f"choose anew with `mkt recommender --use-case {use_case.name}`, or go back with"
            " `mkt champion rollback --model recommender`",
        )
    return recommender(
        offer,
        method=method,
        settings=chosen.settings,
        count=use_case.recommend.count,
        repeatable=use_case.recommend.repeatable,
    )


def method_of(chosen: ChosenMethod) -> Method | None:
    """The method of a choice, None where there is none of that name and with those settings."""
    named = (one for one in METHODS if one.name == chosen.name)
    return next((one for one in named if set(one.options[0]) == set(chosen.settings)), None)
