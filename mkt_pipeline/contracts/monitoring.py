"""When a model in use is looked at again: how far a night may lie from what the model learned."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from mkt_pipeline.contracts.frozen_model import FrozenModel

Size = Annotated[float, Field(gt=0)]


class TwoLimits(FrozenModel):
    """From ``warn`` on a value is told, from ``alarm`` on it counts towards an alarm."""

    warn: Size
    alarm: Size

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.warn >= self.alarm:
            raise ValueError(f"warn ({self.warn}) must lie below alarm ({self.alarm})")
        return self


class MonitoringRules(FrozenModel):
    """Limits of a night against what the champion was trained on.

    A feature, or the scores, lie outside a limit where both the ``stability_index`` and the
    ``distance`` do: by how much the night is farther from the training, in Jensen-Shannon distance,
    than the farthest training date was. ``unknown`` is by how much the share of customers with a
    category that the model has not seen may grow. ``freshness`` is how old the newest event of an
    entity may be, in multiples of the longest pause of the last weeks. An alarm takes ``nights`` in
    a row, and one that stands is raised again after ``again_weeks``.
    """

    nights: Annotated[int, Field(ge=1, le=60)] = 3
    again_weeks: Annotated[int, Field(ge=1, le=520)] = 4
    # The limits of the field since Siddiqi (2006): below 0.1 no change, above 0.25 a large one.
    stability_index: TwoLimits = TwoLimits(warn=0.1, alarm=0.25)
    # What those two are in distance where a change is spread over the bins; the index grows
    # without end where a bin was nearly empty, the distance does not.
    distance: TwoLimits = TwoLimits(warn=0.1, alarm=0.2)
    # One customer in twenty is a new shop or campaign, one in five a mapping that changed.
    unknown: TwoLimits = TwoLimits(warn=0.05, alarm=0.2)
    # A second long weekend is no alarm.
    freshness: TwoLimits = TwoLimits(warn=2.0, alarm=4.0)
