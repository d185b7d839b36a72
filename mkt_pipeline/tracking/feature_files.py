"""The feature list and the reference customer, as files that lie beside a model."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.errors import ModelRefusedError

FEATURES_FILE, REFERENCE_FILE = "features.json", "reference.json"

Reference = Mapping[str, float | str | None]


def write_feature_files(
    folder: Path, *, features: Sequence[Feature], reference: Reference
) -> list[Path]:
    """Write both files; an unknown number (NaN) is written as null."""
    plain = {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in reference.items()
    }
    documents = {FEATURES_FILE: [asdict(feature) for feature in features], REFERENCE_FILE: plain}
    for name, document in documents.items():
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in documents]


def read_feature_files(folder: Path) -> tuple[tuple[Feature, ...], dict[str, float | str | None]]:
    """The features and the reference; null becomes NaN for a number or flag again."""
    try:
        documents = json.loads((folder / FEATURES_FILE).read_text(encoding="utf-8"))
        plain = json.loads((folder / REFERENCE_FILE).read_text(encoding="utf-8"))
        features = tuple(Feature(**document) for document in documents)
        reference = {f.name: _value(plain[f.name], f) for f in features}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelRefusedError(
            f"the model's feature list cannot be read ({type(error).__name__})",
            remedy="train anew: `mkt train`",
        ) from error
    return features, reference


def _value(value: float | str | None, feature: Feature) -> float | str | None:
    return math.nan if value is None and feature.kind != "category" else value
