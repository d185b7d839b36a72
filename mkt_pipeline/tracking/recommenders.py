"""Recommenders: which ways were compared, and which one is in use.

What is registered is a recipe, the method and its settings: every night learns anew from what is
known by then.
"""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.chosen_method import ChosenMethod
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.tracking.connection import Connection
from mkt_pipeline.tracking.model_files import download, require_digest, stored_digest
from mkt_pipeline.tracking.names import (
    CHALLENGER,
    CHAMPION,
    DIGEST_TAG,
    RECOMMENDER,
    recommender_experiment,
    registered_recommender,
)
from mkt_pipeline.tracking.recommender_record import Comparison
from mkt_pipeline.tracking.registry import Registry, VersionFacts
from mkt_pipeline.tracking.runs import Runs
from mkt_pipeline.tracking.training_record import TrainedRun
from mkt_pipeline.tracking.training_run import run_name, use_case_tags

FOLDER, FILE, TABLE = "recommender", "recommender.json", "methods.json"


class Recommenders:
    """The recommenders of one MLflow server; raises as ``Tracking`` does."""

    kind = RECOMMENDER

    def __init__(self, server: Connection) -> None:
        self._server = server

    def log_comparison(
        self, *, use_case: UseCase, as_of: AsOf, comparison: Comparison, tags: Mapping[str, str]
    ) -> TrainedRun:
        """Remember a comparison, a run for each way below it, and register what was chosen."""
        every = use_case_tags(use_case, as_of, tags)
        with self._server.asking("trainer"):
            experiment = self._runs.experiment(recommender_experiment(use_case.name))
            title = run_name("recommender", use_case.name, as_of)
            with self._runs.open(experiment, name=title, tags=every) as run_id:
                self._log_result(run_id, comparison)
                self._log_compared(experiment, run_id, comparison, every)
                version = self._register(use_case.name, run_id, comparison, every)
            return TrainedRun(run_id, version, self._server.page(experiment, run_id))

    def chosen(self, use_case: str) -> ChosenMethod | None:
        """The way in use, as it was registered; None where none was chosen yet.

        Raises ``ModelRefusedError`` where its file is not the one that was registered.
        """
        with self._server.asking():
            version = self._registry.resolve(use_case, CHAMPION)
            return None if version is None else self._read(use_case, version)

    def registered_model(self, use_case: str) -> str:
        """What the recommender of a use case is called in the registry."""
        return registered_recommender(use_case)

    def champion_version(self, use_case: str) -> int | None:
        """The version in use; None where none was chosen yet."""
        with self._server.asking():
            return self._registry.resolve(use_case, CHAMPION)

    def aliases(self, use_case: str) -> dict[str, str]:
        """The versions that champion, challenger and previous point to, as far as they exist."""
        with self._server.asking():
            return self._registry.aliases(use_case)

    def version_facts(self, use_case: str, version: int) -> VersionFacts:
        """The comparison behind a version; BadInputError where there is no such version."""
        with self._server.asking():
            return self._registry.facts(use_case, version)

    def promote(self, *, use_case: str, version: int) -> None:
        """Use ``version`` from now on; the one before keeps the alias ``previous``.

        It is read back as every night would read it; after a failure the aliases are put back.
        """
        with self._server.asking("promoter"):
            before = self._registry.aliases(use_case)
            try:
                self._registry.promote(use_case, version)
                self._read(use_case, version)
            except BaseException:
                self._registry.restore(use_case, before)
                raise

    def log_answer(self, *, run_id: str, verdict: str, told: str) -> None:
        """Write to the comparison, and at the end of its page, what a person decided."""
        with self._server.asking("trainer"):
            self._runs.log_answer(run_id, verdict, told)

    def decision_page(self, run_id: str) -> str:
        """What the gate wrote for people."""
        with self._server.asking():
            return self._runs.decision_page(run_id)

    def _read(self, use_case: str, version: int) -> ChosenMethod:
        name = registered_recommender(use_case)
        found = self._server.client.get_model_version(name, str(version))
        what = f"version {version} of {name}"
        with TemporaryDirectory(prefix="mkt-recommender-") as folder:
            files = download(found.source, Path(folder))
            require_digest(files, expected=found.tags.get(DIGEST_TAG), what=what)
            recipe = json.loads((files / FILE).read_text(encoding="utf-8"))
        return ChosenMethod(recipe["method"], recipe["settings"], version, found.run_id)

    def _log_result(self, run_id: str, comparison: Comparison) -> None:
        client, decision = self._server.client, comparison.decision
        self._runs.log(run_id, metrics=comparison.metrics, parameters=comparison.parameters)
        self._log_table(run_id, comparison.table)
        client.log_dict(run_id, dict(decision), "decision.json")
        for name, text in comparison.pages.items():
            client.log_text(run_id, text, name)
        client.set_tag(run_id, "decision", comparison.verdict)
        client.set_tag(run_id, "decision_sentence", str(decision["sentence"]))
        self._runs.note(run_id, comparison.note)

    def _log_table(self, run_id: str, table: Mapping[str, Sequence[Any]]) -> None:
        """As MLflow's own ``log_table`` writes it, which warns of pandas 3."""
        rows = [list(row) for row in zip(*table.values(), strict=True)]
        client, shown = self._server.client, [{"path": TABLE, "type": "table"}]
        client.log_dict(run_id, {"columns": list(table), "data": rows}, TABLE)
        client.set_tag(run_id, "mlflow.loggedArtifacts", json.dumps(shown))

    def _log_compared(
        self, experiment: str, parent: str, comparison: Comparison, tags: Mapping[str, str]
    ) -> None:
        for one in comparison.compared:
            chosen = "yes" if one.is_chosen else "no"
            own = {**tags, "candidate": one.method.name, "chosen": chosen}
            title = one.method.label
            with self._runs.open(experiment, name=title, tags=own, parent=parent) as run_id:
                on_validation = {f"validation_{name}": v for name, v in one.validation.items()}
                settings = {"method": one.method.name, **one.method.settings}
                self._runs.log(run_id, metrics={**on_validation, **one.test}, parameters=settings)

    def _register(
        self, use_case: str, run_id: str, comparison: Comparison, tags: Mapping[str, str]
    ) -> int:
        client, name = self._server.client, registered_recommender(use_case)
        text = json.dumps(dict(comparison.recipe), indent=2, sort_keys=True)
        client.log_text(run_id, text, f"{FOLDER}/{FILE}")
        source = f"{client.get_run(run_id).info.artifact_uri}/{FOLDER}"
        self._registry.ensure_model(use_case, f"Recommended products for {use_case}.")
        own = {**tags, "candidate": comparison.chosen.label, DIGEST_TAG: stored_digest(source)}
        made = client.create_model_version(name, source, run_id=run_id, tags=own)
        if comparison.is_challenger:
            client.set_registered_model_alias(name, CHALLENGER, made.version)
        return int(made.version)

    @property
    def _runs(self) -> Runs:
        return self._server.runs

    @property
    def _registry(self) -> Registry:
        promoting = partial(self._server.asking, "promoter")
        return Registry(self._server.client, registered_recommender, promoting=promoting)
