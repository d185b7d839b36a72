"""Runs: opened, filled and closed, whatever happens in between."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from mkt_pipeline.contracts.leaks import LeakReport
from mkt_pipeline.errors import MktError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NOTE_TAG, PARENT_TAG, USER_TAG, SOURCE_TAG = (
    "mlflow.note.content",
    "mlflow.parentRunId",
    "mlflow.user",
    "mlflow.source.name",
)
DECISION_PAGE = "decision.md"
LONGEST_VALUE = 500
"""A parameter that is longer is refused by older servers and read by nobody."""


class Runs:
    """The runs of one MLflow server, through its client."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - MLflow has no types
        self.client = client

    def experiment(self, name: str) -> str:
        """The id of the experiment, created where there is none."""
        found = self.client.get_experiment_by_name(name)
        if found is None:
            return self._create_experiment(name)
        if found.lifecycle_stage == "deleted":
            self.client.restore_experiment(found.experiment_id)
        return str(found.experiment_id)

    def _create_experiment(self, name: str) -> str:
        from mlflow.exceptions import MlflowException

        try:
            return str(self.client.create_experiment(name))
        except MlflowException as error:
            # Another task was quicker.
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            return str(self.client.get_experiment_by_name(name).experiment_id)

    @contextmanager
    def open(
        self,
        experiment_id: str,
        *,
        name: str,
        tags: Mapping[str, str],
        parent: str | None = None,
        ends: str = "FINISHED",
    ) -> Iterator[str]:
        """A new run; it ends as ``ends`` says, or as failed where the block raises."""
        every = {USER_TAG: "mkt", SOURCE_TAG: "mkt", **tags}
        if parent is not None:
            every[PARENT_TAG] = parent
        run = self.client.create_run(experiment_id, tags=every, run_name=name)
        run_id = str(run.info.run_id)
        try:
            yield run_id
        except BaseException:
            self._end_as_failed(run_id)
            raise
        self.client.set_terminated(run_id, ends)

    def _end_as_failed(self, run_id: str) -> None:
        from mlflow.exceptions import MlflowException

        try:
            self.client.set_terminated(run_id, "FAILED")
        except (MlflowException, MktError):
            # The server is away: what made the block fail is raised, and is the better message.
            return

    def log(
        self,
        run_id: str,
        *,
        metrics: Mapping[str, float],
        parameters: Mapping[str, object] | None = None,
    ) -> None:
        """Metrics and parameters in one request."""
        from mlflow.entities import Metric, Param

        moment = self.client.get_run(run_id).info.start_time
        self.client.log_batch(
            run_id,
            metrics=[Metric(name, value, moment, 0) for name, value in metrics.items()],
            params=[
                Param(name, str(value)[:LONGEST_VALUE])
                for name, value in (parameters or {}).items()
            ],
        )

    def log_figures(self, run_id: str, figures: "Mapping[str, Figure]") -> None:
        """Each figure as ``figures/<name>.png``."""
        for name, figure in figures.items():
            self.client.log_figure(run_id, figure, f"figures/{name}.png")

    def log_leak_check(self, run_id: str, report: LeakReport) -> None:
        """The report for machines and for people, its verdict, and what it found."""
        self.client.log_dict(run_id, report.document(), "leak_check.json")
        self.client.log_text(run_id, report.markdown(), "leak_check.md")
        self.client.set_tag(run_id, "leak_check", report.verdict)
        subjects = ", ".join(dict.fromkeys(f.subject for f in report.findings))
        self.client.set_tag(run_id, "leak_check_found", subjects[:LONGEST_VALUE] or "nothing")

    def log_decision(
        self, run_id: str, decision: Mapping[str, Any], verdict: str, pages: Mapping[str, str]
    ) -> None:
        """The decision for machines and for people, its verdict, and the bounds of its figures."""
        self.client.log_dict(run_id, dict(decision), "decision.json")
        for name, text in pages.items():
            self.client.log_text(run_id, text, name)
        self.client.set_tag(run_id, "decision", verdict)
        self.client.set_tag(run_id, "decision_sentence", str(decision["sentence"]))
        bounds = {
            f"{measure}_{bound}": found[bound]
            for measure, found in decision["figures"]["challenger"].items()
            for bound in ("low", "high")
        }
        self.log(run_id, metrics=bounds)

    def log_answer(self, run_id: str, verdict: str, told: str) -> None:
        """The verdict as a tag, and ``told`` as a line at the end of the decision's page."""
        heading = "## What people decided"
        written = any(one.path == DECISION_PAGE for one in self.client.list_artifacts(run_id))
        page = self.decision_page(run_id) if written else ""
        begun = page.rstrip() if heading in page else f"{page.rstrip()}\n\n{heading}\n"
        self.client.log_text(run_id, f"{begun}\n- {told}\n", DECISION_PAGE)
        self.client.set_tag(run_id, "decision", verdict)

    def decision_page(self, run_id: str) -> str:
        """What the gate wrote for people."""
        with TemporaryDirectory(prefix="mkt-decision-") as folder:
            path = self.client.download_artifacts(run_id, DECISION_PAGE, folder)
            return Path(path).read_text(encoding="utf-8")

    def note(self, run_id: str, text: str) -> None:
        """A Markdown note, as a file and as the description that the page of the run shows."""
        self.client.log_text(run_id, text, "note.md")
        self.client.set_tag(run_id, NOTE_TAG, text)

    def link_model(self, run_id: str, model_id: str) -> None:
        """Say on a run which model it used."""
        from mlflow.entities import LoggedModelInput

        self.client.log_inputs(run_id, models=[LoggedModelInput(model_id)])
