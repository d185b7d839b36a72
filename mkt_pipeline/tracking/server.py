"""What the steps ask of MLflow."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.leaks import LeakReport
from mkt_pipeline.contracts.trial import Trial
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.tracking.champion import Champion
from mkt_pipeline.tracking.connection import Connection, Service
from mkt_pipeline.tracking.digest import training_digest
from mkt_pipeline.tracking.load_check import log_load_check, require_same
from mkt_pipeline.tracking.model_files import log_model, stored_digest
from mkt_pipeline.tracking.names import (
    CHALLENGER,
    CHAMPION,
    DIGEST_TAG,
    PREVIOUS,
    PROPENSITY,
    TRAINING_TAG,
    registered_model,
    scoring_experiment,
    training_experiment,
)
from mkt_pipeline.tracking.old_runs import RunsUpkeep, tidy_runs
from mkt_pipeline.tracking.recommenders import Recommenders
from mkt_pipeline.tracking.registry import Registry, VersionFacts
from mkt_pipeline.tracking.runs import Runs
from mkt_pipeline.tracking.scoring_run import scoring_parameters, scoring_tags
from mkt_pipeline.tracking.training_record import DataIdentity, Outcome, TrainedRun
from mkt_pipeline.tracking.training_run import (
    log_candidates,
    log_data,
    log_result,
    run_name,
    use_case_tags,
)
from mkt_pipeline.tracking.trials import known_trials, log_trial

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


class Tracking:
    """One MLflow server, by its address.

    Making one asks nothing of the server and imports nothing heavy. Every method raises
    ``ServerUnavailableError`` where it does not answer and ``AccessRefusedError`` where it
    refuses the user.
    """

    kind = PROPENSITY

    def __init__(self, url: str, **also: str | None) -> None:
        # pages, trainer and promoter, as the connection takes them
        self.connection = self._server = Connection(url, **also)
        self.url = self._server.url

    @cached_property
    def recommenders(self) -> Recommenders:
        """The recommenders that are kept there."""
        return Recommenders(self._server)

    def server_version(self) -> str:
        """The version of MLflow that the server runs."""
        return self._server.server_version()

    def registered_model(self, use_case: str) -> str:
        """What the propensity model of a use case is called in the registry."""
        return registered_model(use_case)

    def log_training(
        self,
        *,
        use_case: UseCase,
        as_of: AsOf,
        outcome: Outcome,
        figures: "Mapping[str, Figure]",
        tags: Mapping[str, str],
        data: DataIdentity,
        note: str,
        study: str = "",
    ) -> TrainedRun:
        """Remember a training and register its chosen model as challenger.

        The run holds the test figures under their plain names, those of the validation window
        under ``validation_*`` and the baseline's under ``baseline_*``; a run per candidate and
        per rule of thumb lie below it, and below those of candidates the trials of ``study``.
        ``tags`` go on all of them.
        """
        every = use_case_tags(use_case, as_of, tags)
        with self._asking("trainer"):
            experiment = self._runs.experiment(training_experiment(use_case.name))
            title = run_name("train", use_case.name, as_of)
            with self._runs.open(experiment, name=title, tags=every) as run_id:
                log_result(
                    self._runs, run_id=run_id, use_case=use_case, as_of=as_of, outcome=outcome
                )
                log_data(self._runs, run_id=run_id, data=data, outcome=outcome)
                self._runs.log_figures(run_id, figures)
                self._runs.note(run_id, note)
                log_candidates(
                    self._runs,
                    experiment_id=experiment,
                    parent=run_id,
                    outcome=outcome,
                    tags=every,
                    study=study,
                )
                own = {**every, TRAINING_TAG: training_digest(data.digest, outcome.test_propensity)}
                version = self._register(use_case.name, run_id, outcome, own)
            return TrainedRun(run_id, version, self._page(experiment, run_id))

    def log_trial(
        self,
        *,
        use_case: UseCase,
        as_of: AsOf,
        study: str,
        trial: Trial,
        tags: Mapping[str, str],
    ) -> None:
        """Remember one trial of a search, as soon as it has ended."""
        with self._asking("trainer"):
            experiment = self._runs.experiment(training_experiment(use_case.name))
            every = use_case_tags(use_case, as_of, tags)
            log_trial(self._runs, experiment_id=experiment, study=study, trial=trial, tags=every)

    def known_trials(self, *, use_case: str, study: str) -> tuple[Trial, ...]:
        """The trials of a search that ended before it was killed, or in an earlier training."""
        with self._asking("trainer"):
            experiment = self._runs.experiment(training_experiment(use_case))
            return known_trials(self._runs, experiment_id=experiment, study=study)

    def champion(self, use_case: str) -> Champion:
        """The model in use; its alias is resolved now and once.

        Raises ``NoChampionError`` where none was promoted and ``ModelRefusedError`` where its
        files are not those that were registered.
        """
        return self._fetch(use_case, CHAMPION)

    def challenger(self, use_case: str) -> Champion:
        """The newest model that was trained and not promoted; raises as ``champion`` does."""
        return self._fetch(use_case, CHALLENGER)

    def previous(self, use_case: str) -> Champion:
        """The champion before the present one; raises as ``champion`` does."""
        return self._fetch(use_case, PREVIOUS)

    def version(self, use_case: str, version: int) -> Champion:
        """One version of a model, champion or not; raises as ``champion`` does."""
        with self._asking():
            page = self._page("{experiment}", "{run}")
            return self._registry.fetch(use_case, version, run_url=page)

    def champion_version(self, use_case: str) -> int | None:
        """The version in use, without its files; None where none was promoted."""
        with self._asking():
            return self._registry.resolve(use_case, CHAMPION)

    def log_decision(
        self, *, run_id: str, decision: Mapping[str, Any], verdict: str, pages: Mapping[str, str]
    ) -> None:
        """Write what the gate decided to the training run; ``verdict`` in two or three words.

        ``decision`` is the gate's document, with ``sentence`` and ``figures``; it becomes
        ``decision.json``, two tags, and the bounds of the figures as metrics. ``pages`` are
        texts for people by file name, ``decision.md`` among them.
        """
        with self._asking("trainer"):
            self._runs.log_decision(run_id, decision, verdict, pages)

    def log_load_check(self, *, run_id: str, frame: "pd.DataFrame", model: Any) -> None:  # noqa: ANN401
        """Keep rows of nobody with what the model gives for them, to be checked at promotion."""
        with self._asking("trainer"):
            log_load_check(self._client, run_id, frame, model)

    def log_leak_check(self, *, run_id: str, report: LeakReport) -> None:
        """Write the leak check to a run: ``leak_check.json``, ``leak_check.md`` and two tags."""
        with self._asking("trainer"):
            self._runs.log_leak_check(run_id, report)

    def log_refused_training(
        self, *, use_case: UseCase, as_of: AsOf, tags: Mapping[str, str], report: LeakReport
    ) -> None:
        """Remember a training that the leak check refused, as a failed run with the report."""
        with self._asking("trainer"):
            experiment = self._runs.experiment(training_experiment(use_case.name))
            title = run_name("refused", use_case.name, as_of)
            every = use_case_tags(use_case, as_of, tags)
            with self._runs.open(experiment, name=title, tags=every, ends="FAILED") as run_id:
                self._runs.log_leak_check(run_id, report)
                self._runs.note(run_id, report.markdown())

    def promote(self, *, use_case: str, version: int) -> None:
        """Make ``version`` champion; the one before keeps the alias ``previous``.

        It is loaded back as every night would load it, and has to give what it gave when it was
        trained: else, and after any other failure, the aliases are put back as they were.
        """
        with self._asking("promoter"):
            before = self._registry.aliases(use_case)
            try:
                self._registry.promote(use_case, version)
                require_same(self._client, self._fetch(use_case, CHAMPION))
            except BaseException:
                self._registry.restore(use_case, before)
                raise

    def aliases(self, use_case: str) -> dict[str, str]:
        """The versions that champion, challenger and previous point to, as far as they exist."""
        with self._asking():
            return self._registry.aliases(use_case)

    def version_facts(self, use_case: str, version: int) -> VersionFacts:
        """The training behind a version; BadInputError where there is no such version."""
        with self._asking():
            return self._registry.facts(use_case, version)

    def log_answer(self, *, run_id: str, verdict: str, told: str) -> None:
        """Write to the training run, and at the end of its page, what a person decided."""
        with self._asking("trainer"):
            self._runs.log_answer(run_id, verdict, told)

    def decision_page(self, run_id: str) -> str:
        """What the gate wrote for people after a training."""
        with self._asking():
            return self._runs.decision_page(run_id)

    def log_scoring(
        self,
        *,
        use_case: UseCase,
        as_of: AsOf,
        champion: Champion,
        metrics: Mapping[str, float],
        figures: "Mapping[str, Figure]",
        tags: Mapping[str, str],
        note: str,
    ) -> str:
        """Remember a scoring, linked to the model that scored; returns the run's id."""
        every = use_case_tags(use_case, as_of, {**scoring_tags(champion), **tags})
        parameters = scoring_parameters(use_case, as_of, champion)
        with self._asking():
            experiment = self._runs.experiment(scoring_experiment(use_case.name))
            title = run_name("score", use_case.name, as_of)
            with self._runs.open(experiment, name=title, tags=every) as run_id:
                # MLflow asks for EDIT on the model too, which the scorer does not have.
                with self._asking("trainer"):
                    self._runs.link_model(run_id, champion.model_id)
                self._runs.log(run_id, metrics=metrics, parameters=parameters)
                self._runs.log_figures(run_id, figures)
                self._runs.note(run_id, note)
            return run_id

    def tidy_runs(self, *, before: datetime, lost_before: datetime, dry_run: bool) -> RunsUpkeep:
        """Remove scoring runs that began before ``before``, end killed ones of ``lost_before``."""
        return tidy_runs(self._server, before=before, lost_before=lost_before, dry_run=dry_run)

    def run_url(self, run_id: str) -> str:
        """The page of a run."""
        with self._asking():
            return self._page(self._runs.client.get_run(run_id).info.experiment_id, run_id)

    def _register(
        self, use_case: str, run_id: str, outcome: Outcome, tags: Mapping[str, str]
    ) -> int:
        source, model_id = log_model(run_id=run_id, outcome=outcome)
        own = {**tags, "candidate": outcome.chosen.name, DIGEST_TAG: stored_digest(source)}
        return self._registry.register(
            use_case, run_id=run_id, source=source, model_id=model_id, tags=own
        )

    def _fetch(self, use_case: str, alias: str) -> Champion:
        with self._asking():
            return self.version(use_case, self._registry.behind(use_case, alias))

    def _page(self, experiment_id: str, run_id: str) -> str:
        return self._server.page(experiment_id, run_id)

    def _asking(self, service: Service = "scorer") -> AbstractContextManager[None]:
        return self._server.asking(service)

    @property
    def _client(self) -> Any:  # noqa: ANN401 - MLflow has no types
        return self._server.client

    @property
    def _runs(self) -> Runs:
        return self._server.runs

    @property
    def _registry(self) -> Registry:
        return Registry(self._client, promoting=partial(self._asking, "promoter"))
