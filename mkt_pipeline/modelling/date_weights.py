"""Weights under which no training date has more buyers than another."""

import numpy as np
import numpy.typing as npt

from mkt_pipeline.modelling.labelled import Labelled

Values = npt.NDArray[np.float64]


def date_weights(data: Labelled) -> Values:
    """One weight per row, of shape [rows], with mean 1 on every date that has both classes.

    How many buy changes from date to date, with the season. A model that is let off the leash
    learns to tell the dates apart by whatever moved along with the season, and is then wrong about
    the next one, in its order of customers as well as in its probabilities. Under these weights
    every date has the base rate of all rows: buyers of date d weigh R / r_d and the others
    (1 - R) / (1 - r_d), where r_d is the base rate of the date and R that of all rows. Within a
    date, the log-odds of any two customers keep their difference (the prior shift of Saerens,
    Latinne and Decaestecker 2002, undone).
    """
    weights, whole = np.ones(data.rows), float(data.label.mean())
    for date in np.unique(data.as_of):
        rows = data.as_of == date
        rate = float(data.label[rows].mean())
        if 0 < rate < 1:
            weights[rows & data.label] = whole / rate
            weights[rows & ~data.label] = (1 - whole) / (1 - rate)
    return weights
