"""Fingerprints: of all files of a model, and of what a training found."""

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt


def folder_digest(folder: Path) -> str:
    """SHA-256, in hexadecimal, over the names, sizes and contents of all files under ``folder``.

    A file that is changed, added, removed or renamed changes it; times and rights do not.
    """
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name, content = path.relative_to(folder).as_posix().encode(), path.read_bytes()
        # Lengths first: where one part ends and the next begins must not be a matter of taste.
        whole.update(len(name).to_bytes(8, "big") + name)
        whole.update(len(content).to_bytes(8, "big") + content)
    return whole.hexdigest()


def training_digest(data_digest: str, propensities: npt.NDArray[np.float64]) -> str:
    """SHA-256, in hexadecimal, over the data and the propensities of the test window.

    A training that is run again has the same one. The files of its model have not: MLflow notes
    times and ids in them.
    """
    values = np.ascontiguousarray(propensities, dtype="<f8").tobytes()
    return hashlib.sha256(data_digest.encode() + values).hexdigest()
