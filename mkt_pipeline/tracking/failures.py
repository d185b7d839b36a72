"""MLflow's exceptions in the project's own words."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

from mkt_pipeline.errors import AccessRefusedError, MktError, ServerUnavailableError

REFUSED = ("PERMISSION_DENIED", "UNAUTHENTICATED", "CUSTOMER_UNAUTHORIZED")
AWAY = ("TEMPORARILY_UNAVAILABLE", "INTERNAL_ERROR", "DEADLINE_EXCEEDED", "REQUEST_LIMIT_EXCEEDED")
MISSING = "RESOURCE_DOES_NOT_EXIST"


@contextmanager
def asking(url: str) -> Iterator[None]:
    """Ask the server at ``url``; what goes wrong with it is raised as one of our errors.

    An answer that only a mistake of ours can cause is passed on as it is.
    """
    from mlflow.exceptions import MlflowException
    from requests.exceptions import RequestException

    try:
        yield
    except MktError:
        raise
    except RequestException as error:
        raise _away(url, type(error).__name__) from error
    except MlflowException as error:
        if error.error_code in REFUSED:
            raise _refused(url) from error
        if error.error_code in AWAY:
            raise _away(url, str(error.error_code)) from error
        raise


def is_missing(error: Exception) -> bool:
    """Whether the server says that the thing asked for is not there."""
    return getattr(error, "error_code", None) == MISSING


def place(url: str) -> str:
    """The address without user and password, fit for a message."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _away(url: str, why: str) -> ServerUnavailableError:
    return ServerUnavailableError(
        f"MLflow at {place(url)} does not answer ({why})",
        remedy="start it (`mkt stack up`) or correct MKT_MLFLOW_URL, then run the step again",
    )


def _refused(url: str) -> AccessRefusedError:
    return AccessRefusedError(
        f"MLflow at {place(url)} refuses this user",
        remedy="give the user READ, and EDIT where it trains, on the experiment and the model",
    )
