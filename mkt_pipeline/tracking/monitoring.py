"""What is remembered of a model in use: what it promised, what it learned from, what came true."""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.tracking.connection import Connection
from mkt_pipeline.tracking.failures import is_missing
from mkt_pipeline.tracking.names import monitoring_experiment, registered_model
from mkt_pipeline.tracking.runs import PARENT_TAG, Runs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REFERENCE_FOLDER, REFERENCE_FILE = "monitoring", "reference.json"
PUBLICATION_TAG = "publication"
"""Tag of a run of realised figures: use case and day, of which there is one run."""

RULE_RUN = "baseline"
"""The run of the rule of thumb below a training."""


@dataclass(frozen=True)
class Promise:
    """The training behind a version: its figures and parameters, and those of the rule of thumb."""

    run_id: str
    metrics: Mapping[str, float]
    parameters: Mapping[str, str]
    rule: Mapping[str, str]


class Monitoring:
    """The runs of one MLflow server that say how models in use are doing.

    Raises as ``Tracking`` does where the server does not answer or refuses the user.
    """

    def __init__(self, server: Connection) -> None:
        self._server = server

    def log_reference(self, *, run_id: str, document: Mapping[str, Any]) -> None:
        """Keep with a training how its features were distributed."""
        with self._server.asking("trainer"):
            path = f"{REFERENCE_FOLDER}/{REFERENCE_FILE}"
            self._client.log_dict(run_id, dict(document), path)

    def reference(self, run_id: str) -> Mapping[str, Any] | None:
        """What ``log_reference`` kept; None for trainings of earlier versions of the pipeline."""
        with self._asking():
            folders = {one.path for one in self._client.list_artifacts(run_id)}
            if REFERENCE_FOLDER not in folders:
                return None
            with TemporaryDirectory(prefix="mkt-reference-") as folder:
                name = f"{REFERENCE_FOLDER}/{REFERENCE_FILE}"
                path = self._client.download_artifacts(run_id, name, folder)
                found: Mapping[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        return found

    def promise(self, use_case: str, version: str) -> Promise | None:
        """What the training of a version found; None where the registry does not have it."""
        with self._asking():
            from mlflow.exceptions import MlflowException

            name = registered_model(use_case)
            try:
                run_id = str(self._client.get_model_version(name, version).run_id)
                run = self._client.get_run(run_id)
            except MlflowException as error:
                if is_missing(error):
                    return None
                raise
            rule = self._rule(run.info.experiment_id, run_id)
        return Promise(run_id, dict(run.data.metrics), dict(run.data.params), rule)

    def log_realised(
        self,
        *,
        use_case: UseCase,
        day: str,
        metrics: Mapping[str, float],
        tags: Mapping[str, str],
        figures: "Mapping[str, Figure]",
        page: str,
    ) -> str:
        """Remember what came true of the publication of a day, in place of what was said before.

        ``page`` is Markdown; it becomes ``realised.md`` and the note of the run. Returns its id.
        """
        own = f"{use_case.name} {day}"
        every = {
            "use_case": use_case.name,
            "as_of": day,
            "owner": use_case.owner,
            PUBLICATION_TAG: own,
            **tags,
        }
        with self._asking():
            runs = Runs(self._client)
            experiment = runs.experiment(monitoring_experiment(use_case.name))
            before = self._found(experiment, f"tags.{PUBLICATION_TAG} = '{own}'")
            title = f"realised {own}"
            with runs.open(experiment, name=title, tags=every) as run_id:
                runs.log(run_id, metrics=metrics)
                runs.log_figures(run_id, figures)
                self._client.log_text(run_id, page, "realised.md")
                runs.note(run_id, page)
            for run in before:
                self._client.delete_run(run.info.run_id)
        return run_id

    def _rule(self, experiment_id: str, parent: str) -> dict[str, str]:
        found = self._found(
            experiment_id, f"tags.`{PARENT_TAG}` = '{parent}' AND tags.candidate = '{RULE_RUN}'"
        )
        return dict(found[0].data.params) if found else {}

    def _found(self, experiment_id: str, condition: str) -> Sequence[Any]:
        found: Sequence[Any] = self._client.search_runs([experiment_id], condition)
        return found

    def _asking(self) -> AbstractContextManager[None]:
        return self._server.asking()

    @property
    def _client(self) -> Any:  # noqa: ANN401 - MLflow has no types
        return self._server.client
