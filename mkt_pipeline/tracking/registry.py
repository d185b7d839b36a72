"""Registered models: versions, aliases, and what lies behind an alias."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mkt_pipeline.errors import BadInputError, NoChampionError
from mkt_pipeline.tracking.champion import Champion
from mkt_pipeline.tracking.failures import is_missing
from mkt_pipeline.tracking.feature_files import read_feature_files
from mkt_pipeline.tracking.model_files import EXTRA_FOLDER, MODEL_FILE, download, require_digest
from mkt_pipeline.tracking.names import (
    CHALLENGER,
    CHAMPION,
    DIGEST_TAG,
    MODEL_TAG,
    PREVIOUS,
    TRAINING_TAG,
    registered_model,
)


@dataclass(frozen=True)
class VersionFacts:
    """A version of a registered model: its training run, and the day that was trained as of."""

    version: int
    run_id: str
    as_of: date


class Registry:
    """The registered models of one MLflow server, through its client.

    ``named`` says what the model of a use case is called; ``promoting`` asks as the user who may
    take an alias away, where that is another one.
    """

    def __init__(
        self,
        client: Any,  # noqa: ANN401 - MLflow has no types
        named: Callable[[str], str] = registered_model,
        *,
        promoting: Callable[[], AbstractContextManager[Any]] = nullcontext,
    ) -> None:
        self.client, self.named, self.promoting = client, named, promoting

    def register(
        self, use_case: str, *, run_id: str, source: str, model_id: str, tags: Mapping[str, str]
    ) -> int:
        """A new version, challenger from now on; returns its number.

        A training that is run again after it had promoted makes the champion once more: that is
        no challenger, and none is left.
        """
        name = self.named(use_case)
        self.ensure_model(use_case, f"Propensity for {use_case}.")
        made = self.client.create_model_version(
            # The registry's database does not keep the model id: a tag does.
            name,
            source,
            run_id=run_id,
            tags={**tags, MODEL_TAG: model_id},
            model_id=model_id,
        )
        if tags[TRAINING_TAG] == self._training(use_case, CHAMPION):
            with self.promoting():
                self.client.delete_registered_model_alias(name, CHALLENGER)
        else:
            self.client.set_registered_model_alias(name, CHALLENGER, made.version)
        return int(made.version)

    def resolve(self, use_case: str, alias: str) -> int | None:
        """The version that an alias points to, or None."""
        from mlflow.exceptions import MlflowException

        try:
            found = self.client.get_registered_model(self.named(use_case))
        except MlflowException as error:
            if is_missing(error):
                return None
            raise
        version = found.aliases.get(alias)
        return None if version is None else int(version)

    def promote(self, use_case: str, version: int) -> None:
        """Make ``version`` champion and remember the one before; harmless twice."""
        name, before = self.named(use_case), self.resolve(use_case, CHAMPION)
        if before is not None and before != version:
            self.client.set_registered_model_alias(name, PREVIOUS, str(before))
        self.client.set_registered_model_alias(name, CHAMPION, str(version))
        if self.resolve(use_case, CHALLENGER) == version:
            self.client.delete_registered_model_alias(name, CHALLENGER)

    def aliases(self, use_case: str) -> dict[str, str]:
        """What the aliases of champion, challenger and previous point to now."""
        found = {name: self.resolve(use_case, name) for name in (CHAMPION, CHALLENGER, PREVIOUS)}
        return {name: str(version) for name, version in found.items() if version is not None}

    def restore(self, use_case: str, aliases: Mapping[str, str]) -> None:
        """Point the aliases to where they pointed before."""
        name = self.named(use_case)
        for alias in (CHAMPION, CHALLENGER, PREVIOUS):
            if alias in aliases:
                self.client.set_registered_model_alias(name, alias, aliases[alias])
            elif self.resolve(use_case, alias) is not None:
                self.client.delete_registered_model_alias(name, alias)

    def facts(self, use_case: str, version: int) -> VersionFacts:
        """The training behind a version; BadInputError where there is no such version."""
        from mlflow.exceptions import MlflowException

        name = self.named(use_case)
        try:
            found = self.client.get_model_version(name, str(version))
        except MlflowException as error:
            if is_missing(error):
                raise BadInputError(
                    f"{name} has no version {version}",
                    remedy=f"`mkt champion show --use-case {use_case}` names those in use",
                ) from None
            raise
        return VersionFacts(
            int(found.version), found.run_id, date.fromisoformat(found.tags["as_of"])
        )

    def behind(self, use_case: str, alias: str) -> int:
        """The version that an alias points to; NoChampionError where it points to none."""
        version = self.resolve(use_case, alias)
        if version is None:
            raise NoChampionError(
                f"use case {use_case} has no {alias}",
                remedy=f"mkt train --use-case {use_case}",
            )
        return version

    def fetch(self, use_case: str, version: int, *, run_url: str) -> Champion:
        """One version, its files downloaded and held against their digest.

        ``run_url`` is the address of a run with ``{experiment}`` and ``{run}`` to fill in.
        """
        name = self.named(use_case)
        found = self.client.get_model_version(name, str(version))
        run = self.client.get_run(found.run_id)
        with TemporaryDirectory(prefix="mkt-model-") as folder:
            # By its source: fetched by its version, MLflow adds a file of its own.
            files = download(found.source, Path(folder))
            what = f"version {version} of {name}"
            require_digest(files, expected=found.tags.get(DIGEST_TAG), what=what)
            features, reference = read_feature_files(files / EXTRA_FOLDER)
            content = (files / MODEL_FILE).read_bytes()
        return Champion(
            name=name,
            version=version,
            run_id=found.run_id,
            model_id=found.tags[MODEL_TAG],
            url=run_url.format(experiment=run.info.experiment_id, run=found.run_id),
            metrics=dict(run.data.metrics),
            tags=dict(run.data.tags),
            features=features,
            reference=reference,
            content=content,
            digest=found.tags.get(DIGEST_TAG),
        )

    def _training(self, use_case: str, alias: str) -> str | None:
        version = self.resolve(use_case, alias)
        if version is None:
            return None
        found = self.client.get_model_version(self.named(use_case), str(version))
        digest: str | None = found.tags.get(TRAINING_TAG)
        return digest

    def ensure_model(self, use_case: str, description: str) -> None:
        """The registered model of a use case, made where there is none."""
        from mlflow.exceptions import MlflowException

        try:
            self.client.create_registered_model(
                self.named(use_case), tags={"use_case": use_case}, description=description
            )
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
