"""One MLflow server, by its address: asked through its client, never through globals of ours."""

from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any

from mkt_pipeline.tracking.failures import asking, place
from mkt_pipeline.tracking.library import library
from mkt_pipeline.tracking.runs import Runs

MACHINE_LEARNING = "workflowType=machine_learning"
"""The pages of MLflow 3 open for GenAI unless the address or the browser's memory says otherwise;
neither a setting of the server nor a tag of the experiment does."""


class Connection:
    """Making one asks nothing of the server and imports nothing heavy."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def asking(self) -> AbstractContextManager[None]:
        """Turn what the server does not answer or refuses into errors of ours."""
        mlflow = library()
        # Models are logged and loaded through MLflow's own global address.
        mlflow.set_tracking_uri(self.url)
        mlflow.set_registry_uri(self.url)
        return asking(self.url)

    @cached_property
    def client(self) -> Any:  # noqa: ANN401 - MLflow has no types
        """MLflow's own client."""
        return library().MlflowClient(tracking_uri=self.url, registry_uri=self.url)

    @property
    def runs(self) -> Runs:
        """The runs of the server."""
        return Runs(self.client)

    def page(self, experiment_id: str, run_id: str) -> str:
        """The page of a run."""
        return f"{place(self.url)}/#/experiments/{experiment_id}/runs/{run_id}?{MACHINE_LEARNING}"
