"""Logs of the command line as JSON, a line each, where MKT_LOG_FORMAT asks for it."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mkt_pipeline.contracts.log_fields import fields

if TYPE_CHECKING:
    from mkt_pipeline.settings import Settings

PACKAGE = "mkt_pipeline"


class JsonLines(logging.Formatter):
    """One document per record: time, level, logger, message, and the fields of the step."""

    def format(self, record: logging.LogRecord) -> str:
        """A line without a line break in it."""
        document: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **fields(),
        }
        if seconds := getattr(record, "seconds", None):
            document["seconds"] = seconds
        if record.exc_info:
            document["exception"] = self.formatException(record.exc_info)
        return json.dumps(document, ensure_ascii=False, default=str)


def set_up_logs(settings: "Settings") -> None:
    """Send the package's records to standard error as JSON; leave all as it is for ``text``."""
    package = logging.getLogger(PACKAGE)
    if settings.log_format != "json" or _are_json(package):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    package.addHandler(handler)
    package.setLevel(logging.INFO)
    package.propagate = False


def told_as_json(error: str) -> bool:
    """Log the error that ends a command, where logs are JSON; False where they are not."""
    package = logging.getLogger(PACKAGE)
    if not _are_json(package):
        return False
    package.error("%s", error)
    return True


def _are_json(package: logging.Logger) -> bool:
    return any(isinstance(handler.formatter, JsonLines) for handler in package.handlers)
