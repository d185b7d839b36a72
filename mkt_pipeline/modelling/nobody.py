"""Rows that look like customers and are none, to try a model with."""

import numpy as np
import pandas as pd

ROWS = 256


def rows_of_nobody(frame: pd.DataFrame, *, seed: int, rows: int = ROWS) -> pd.DataFrame:
    """``rows`` rows of which every value was drawn by itself from its column of ``frame``.

    No row is a person's, and every kind of value that the model meets is there.
    """
    random = np.random.default_rng(seed)
    drawn = {
        name: frame[name].iloc[random.integers(0, len(frame), rows)].reset_index(drop=True)
        for name in frame.columns
    }
    return pd.DataFrame(drawn)
