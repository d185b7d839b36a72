"""How sure a share is."""

import numpy as np
from scipy.stats import norm

from mkt_pipeline.modelling.resampling import CONFIDENCE, Interval


def share_interval(events: int, rows: int) -> Interval:
    """A share with its score interval (Wilson 1927), which is never empty; ``rows`` above 0."""
    z, share = float(norm.ppf((1 + CONFIDENCE) / 2)), events / rows
    middle = (share + z**2 / (2 * rows)) / (1 + z**2 / rows)
    half = z / (1 + z**2 / rows) * np.sqrt(share * (1 - share) / rows + z**2 / (4 * rows**2))
    return Interval(share, float(middle - half), float(middle + half))
