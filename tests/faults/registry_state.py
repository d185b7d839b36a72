"""The registered model of a use case: put back before a training, and looked at after it."""

import json
from pathlib import Path

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from mkt_pipeline.tracking.names import (
    CHAMPION,
    DIGEST_TAG,
    MODEL_TAG,
    TRAINING_TAG,
    registered_model,
)

OF_ANOTHER = "files of another model"


class RegistryState:
    """Asks MLflow; to be used in a child, because its connections do not survive a fork."""

    def __init__(self, url: str, use_case: str, kept: Path) -> None:
        self.client, self.name, self.kept = MlflowClient(url, url), registered_model(use_case), kept

    def remember(self) -> None:
        """Write down the champion as it is."""
        version = self.client.get_model_version_by_alias(self.name, CHAMPION)
        kept = {"source": version.source, "run_id": version.run_id, "tags": dict(version.tags)}
        # MLflow takes a logged model as a source only beside its id.
        self.kept.write_text(json.dumps({**kept, "model_id": version.tags[MODEL_TAG]}))

    def put_back(self, *, spoiled: bool) -> None:
        """One version, champion; spoiled, no challenger is compared with it and all are better."""
        try:
            self.client.delete_registered_model(self.name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
        kept = json.loads(self.kept.read_text())
        if spoiled:
            kept["tags"] |= {DIGEST_TAG: OF_ANOTHER, TRAINING_TAG: OF_ANOTHER}
        self.client.create_registered_model(self.name)
        version = self.client.create_model_version(self.name, **kept)
        self.client.set_registered_model_alias(self.name, CHAMPION, version.version)

    def state(self) -> dict[str, str]:
        """By alias: the digest of the training, how it ended, what was decided, its figures."""
        found = {}
        for alias, number in self.client.get_registered_model(self.name).aliases.items():
            version = self.client.get_model_version(self.name, number)
            run = self.client.get_run(version.run_id)
            metrics = json.dumps(dict(run.data.metrics), sort_keys=True)
            decision = run.data.tags.get("decision")
            told = (version.tags[TRAINING_TAG], run.info.status, decision, metrics)
            found[f"registry {alias}"] = " ".join(map(str, told))
        return found
