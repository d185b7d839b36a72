"""Telling people what an act has changed."""

import logging
from typing import TYPE_CHECKING

from mkt_pipeline.errors import MktError

if TYPE_CHECKING:
    from mkt_pipeline.wiring.edges import Edges

log = logging.getLogger(__name__)


def settled(steps: "Edges") -> None:
    """Tell what was changed; an error of it does not undo what was done."""
    from mkt_pipeline.wiring.notices import Telling

    try:
        Telling(steps.settings, steps.campaign).settle()
    except MktError as error:
        failed = error
    else:
        return
    log.error("notices: %s", failed)
