"""How the propensities of a night are spread."""

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

BINS = 50


def score_histogram(propensity: npt.NDArray[np.float64], *, title: str) -> Figure:
    """Customers by propensity between 0 and 1, on a logarithmic scale of customers."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    axes.hist(propensity, bins=BINS, range=(0, 1), color="#3b6ea5", log=True)
    axes.set(xlabel="propensity", ylabel="customers", title=title)
    axes.grid(axis="y", alpha=0.3)
    return figure
