"""Models in and out of the registry."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.errors import ModelRefusedError
from mkt_pipeline.tracking.digest import folder_digest
from mkt_pipeline.tracking.feature_files import write_feature_files
from mkt_pipeline.tracking.library import library
from mkt_pipeline.tracking.training_record import Outcome
from mkt_pipeline.tracking.trusted_types import TRUSTED_TYPES

MODEL_FILE, EXTRA_FOLDER = "model.skops", "extra_files"
REQUIREMENTS = ("mkt_pipeline", "mlflow", "numpy", "pandas", "scikit-learn", "skops")


def log_model(*, run_id: str, outcome: Outcome) -> tuple[str, str]:
    """Store the chosen model with the run; returns its URI and its MLflow id.

    The input example is the reference, who is nobody: no customer's row leaves the lake.
    """
    mlflow = library()
    example = _example(outcome.features, outcome.reference)
    propensity = outcome.chosen.model.predict_proba(example)[:, 1]
    with TemporaryDirectory(prefix="mkt-model-") as name:
        files = write_feature_files(
            Path(name), features=outcome.features, reference=outcome.reference
        )
        with _without_known_warnings(), mlflow.start_run(run_id=run_id):
            info = mlflow.sklearn.log_model(
                outcome.chosen.model,
                name="model",
                serialization_format="skops",
                skops_trusted_types=list(TRUSTED_TYPES),
                pip_requirements=[f"{name}=={version(name)}" for name in REQUIREMENTS],
                signature=_signature(outcome.features, propensity),
                input_example=example,
                pyfunc_predict_fn="predict_proba",
                extra_files=[str(path) for path in files],
            )
    return str(info.model_uri), str(info.model_id)


def model_bytes(model: Any) -> int:  # noqa: ANN401 - any scikit-learn estimator
    """The size of the file that a model becomes."""
    import skops.io

    return len(skops.io.dumps(model))


def download(model_uri: str, folder: Path) -> Path:
    """The files of a model, below ``folder``."""
    library()
    from mlflow.artifacts import download_artifacts

    return Path(download_artifacts(artifact_uri=model_uri, dst_path=str(folder)))


def stored_digest(model_uri: str) -> str:
    """SHA-256 of the files as the server hands them out."""
    with TemporaryDirectory(prefix="mkt-model-") as name:
        return folder_digest(download(model_uri, Path(name)))


def require_digest(folder: Path, *, expected: str | None, what: str) -> None:
    """Refuse files that are not those that were registered."""
    found = folder_digest(folder)
    if found != expected:
        raise ModelRefusedError(
            f"the files of {what} are not those that were registered (SHA-256 {found[:12]}…, "
            f"noted {(expected or 'none')[:12]})",
            remedy="find out who changed them; then `mkt champion rollback`, `mkt champion promote`"
            " another version, or `mkt train`",
        )


@contextmanager
def _without_known_warnings() -> Iterator[None]:
    """Hide what MLflow 3.17 warns of by itself, and nothing else."""
    with warnings.catch_warnings():
        # It compares column names with a range, which pandas 3 will no longer do.
        warnings.filterwarnings("ignore", "Operation with range", DeprecationWarning)
        # It infers a schema for chat messages when its scoring part is imported.
        warnings.filterwarnings("ignore", ".*Any type hint is inferred", UserWarning)
        yield


def _example(
    features: Sequence[Feature], reference: Mapping[str, float | str | None]
) -> pd.DataFrame:
    kinds = {feature.name: feature.kind for feature in features}
    return pd.DataFrame(
        {
            name: pd.Series([reference[name]], dtype=object if kind == "category" else np.float64)
            for name, kind in kinds.items()
        }
    )


def _signature(features: Sequence[Feature], propensity: np.ndarray[Any, Any]) -> Any:  # noqa: ANN401
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema, TensorSpec

    columns: list[ColSpec | TensorSpec] = [
        ColSpec(
            DataType.string if feature.kind == "category" else DataType.double,
            feature.name,
            # A number without a value is NaN, which is a double; a category's is null.
            required=feature.kind != "category",
        )
        for feature in features
    ]
    outputs = Schema([TensorSpec(np.dtype(propensity.dtype), (-1, 2))])
    return ModelSignature(inputs=Schema(columns), outputs=outputs)
