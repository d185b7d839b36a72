"""One MLflow server, by its address: asked through its client, never through globals of ours."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from mkt_pipeline.tracking.failures import asking, place
from mkt_pipeline.tracking.library import library
from mkt_pipeline.tracking.runs import Runs

MACHINE_LEARNING = "workflowType=machine_learning"
"""The pages of MLflow 3 open for GenAI unless the address or the browser's memory says otherwise;
neither a setting of the server nor a tag of the experiment does."""


LOG_IN = ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD")

Service = Literal["scorer", "trainer", "promoter"]
"""Who asks: one that reads models and writes scorings, one that registers, one that promotes."""


class Connection:
    """Making one asks nothing of the server and imports nothing heavy.

    User and password may stand in the address; ``url`` is the address without them, so that they
    get into no log and no link. ``pages`` is where a browser finds the server, if elsewhere.
    ``trainer`` and ``promoter`` are the same address with the users of these services; where they
    are not given, one user does all.
    """

    def __init__(
        self,
        url: str,
        *,
        pages: str | None = None,
        trainer: str | None = None,
        promoter: str | None = None,
    ) -> None:
        self.url = place(url.rstrip("/"))
        self.pages = (pages or self.url).rstrip("/")
        self._users: dict[Service, tuple[str, str]] = {
            "scorer": _user(url),
            "trainer": _user(trainer or url),
            "promoter": _user(promoter or url),
        }

    @contextmanager
    def asking(self, service: Service = "scorer") -> Iterator[None]:
        """Ask as the user of a service; turn what the server does not answer or refuses into errors
        of ours.
        """
        with self._introduced(service):
            mlflow = library()
            # Models are logged and loaded through MLflow's own global address.
            mlflow.set_tracking_uri(self.url)
            mlflow.set_registry_uri(self.url)
            with asking(self.url):
                yield

    @cached_property
    def client(self) -> Any:  # noqa: ANN401 - MLflow has no types
        """MLflow's own client, to be used while ``asking``."""
        return library().MlflowClient(tracking_uri=self.url, registry_uri=self.url)

    @property
    def runs(self) -> Runs:
        """The runs of the server."""
        return Runs(self.client)

    def server_version(self) -> str:
        """The version of MLflow that the server runs."""
        with self.asking():
            from mlflow.tracking._tracking_service import utils
            from mlflow.utils import rest_utils

            untyped: Any = (utils, rest_utils)
            who = untyped[0].get_default_host_creds(self.url)
            return str(untyped[1].http_request(who, "/version", "GET").text).strip()

    def page(self, experiment_id: str, run_id: str) -> str:
        """The page of a run."""
        return f"{self.pages}/#/experiments/{experiment_id}/runs/{run_id}?{MACHINE_LEARNING}"

    @contextmanager
    def _introduced(self, service: Service) -> Iterator[None]:
        """MLflow's client takes user and password from the environment, and nowhere else."""
        user, password = self._users[service]
        if not user:
            yield
            return
        before = {name: os.environ.get(name) for name in LOG_IN}
        os.environ.update(zip(LOG_IN, (user, password), strict=True))
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


def _user(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return unquote(parts.username or ""), unquote(parts.password or "")
