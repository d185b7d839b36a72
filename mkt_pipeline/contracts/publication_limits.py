"""How far a night may lie from the publication before it without a person looking at it."""

from typing import Annotated

from pydantic import Field

from mkt_pipeline.contracts.frozen_model import FrozenModel

Change = Annotated[float, Field(gt=0, le=10)]
PartOfAll = Annotated[float, Field(gt=0, le=1)]


class PublicationLimits(FrozenModel):
    """Limits against the last publication before the day; a night outside them is held.

    ``rows_change`` and ``mean_change`` bound the relative change of the number of customers and of
    the mean propensity. The share of each segment may grow by ``share_change`` times itself, or
    shrink as many times, though never by more than ``share_points`` of all customers; a segment of
    more than twenty customers may not end. ``changed_segment`` bounds the
    share of the last publication's customers who have another segment now or are gone.
    """

    # A broken mapping loses or doubles customers; one night of business changes a percent or two.
    rows_change: Change = 0.2
    # A segment that more than doubles overnight floods whoever works through it.
    share_change: Change = 1.0
    share_points: PartOfAll = 0.1
    # The mean follows the season, slowly; a feature that is suddenly empty moves it at once.
    mean_change: Change = 0.5
    # A new champion reorders a tenth or two; more is rather mixed-up customers.
    changed_segment: PartOfAll = 0.3
