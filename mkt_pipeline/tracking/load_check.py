"""What a model gave when it was trained, kept beside it, to see that it gives the same again."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mkt_pipeline.errors import ModelRefusedError
from mkt_pipeline.tracking.champion import Champion

SAME = 1e-9
"""Another processor may add up in another order; more than this is another model."""

FILE, FOLDER, PROPENSITY = "load_check.parquet", "load_check", "_propensity"


def log_load_check(client: Any, run_id: str, frame: pd.DataFrame, model: Any) -> None:  # noqa: ANN401
    """Keep rows (of nobody) and what the model in memory gives for them."""
    given = frame.assign(**{PROPENSITY: model.predict_proba(frame)[:, 1]})
    with TemporaryDirectory(prefix="mkt-check-") as folder:
        path = Path(folder) / FILE
        pq.write_table(pa.Table.from_pandas(given, preserve_index=False), path)
        client.log_artifact(run_id, str(path), FOLDER)


def require_same(client: Any, champion: Champion) -> None:  # noqa: ANN401
    """Refuse a model that gives other propensities than when it was trained."""
    if FOLDER not in {one.path for one in client.list_artifacts(champion.run_id)}:
        raise ModelRefusedError(
            f"beside version {champion.version} of {champion.name} nothing is kept to check it by",
            remedy="it was trained by an earlier version of the pipeline: train anew",
        )
    with TemporaryDirectory(prefix="mkt-check-") as folder:
        path = client.download_artifacts(champion.run_id, f"{FOLDER}/{FILE}", folder)
        kept = pq.read_table(path).to_pandas()
    expected = kept.pop(PROPENSITY).to_numpy()
    found = champion.model.predict_proba(kept)[:, 1]
    if not np.allclose(found, expected, rtol=0, atol=SAME):
        worst = float(np.abs(found - expected).max())
        raise ModelRefusedError(
            f"version {champion.version} of {champion.name}, loaded back, gives other propensities"
            f" than when it was trained (by up to {worst:.3g})",
            remedy="compare the versions of scikit-learn and numpy where it was trained and here;"
            " train anew",
        )
