"""A step in the logs: its fields on every record, its begin and its end."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from mkt_pipeline.contracts.log_fields import log_fields
from mkt_pipeline.settings import Settings

log = logging.getLogger(__name__)


@contextmanager
def step_logged(
    settings: Settings, step: str, *, day: str | None, use_case: str | None = None
) -> Iterator[None]:
    """Give every record of a step its fields; in structured logs its begin and end are told too."""
    level = logging.INFO if settings.log_format == "json" else logging.DEBUG
    known = {"step": step, "day": day or str(settings.current_day), "use_case": use_case}
    began = time.monotonic()
    with log_fields(**known):
        log.log(level, "%s begins", step)
        try:
            yield
        except BaseException as error:
            log.log(level, "%s failed: %s", step, type(error).__name__, extra=_took(began))
            raise
        log.log(level, "%s ended", step, extra=_took(began))


def _took(began: float) -> dict[str, float]:
    return {"seconds": round(time.monotonic() - began, 1)}
