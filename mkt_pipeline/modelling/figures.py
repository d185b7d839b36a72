"""Figures of a training run, drawn for people who were not there."""

from collections.abc import Callable
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sklearn.metrics import precision_recall_curve, roc_curve

from mkt_pipeline.modelling.metrics import calibration_bins, cumulative_gain, evaluate

Values = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]

MODEL, BASELINE, QUIET = "#1f5fa8", "#d9822b", "#8a8f98"
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": QUIET,
    "axes.grid": True,
    "grid.color": "#e6e8eb",
    "axes.axisbelow": True,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.titlesize": 12,
    "legend.frameon": False,
    "lines.linewidth": 2,
}
MOST_FEATURES = 20
CURVE_POINTS = 2000
"""More points than pixels only make the drawing slow."""


@dataclass(frozen=True)
class Compared:
    """What the figures show: labels of shape [rows] and the probabilities of two models."""

    label: Labels
    propensity: Values
    baseline: Values


def figures(*, compared: Compared, importance: pd.DataFrame) -> dict[str, Figure]:
    """One figure per name; none is registered anywhere, so nothing need be closed.

    ``importance`` is what ``importance.importance`` returns.
    """
    drawings: dict[str, Callable[[Axes], None]] = {
        "roc": lambda axes: _roc(axes, compared),
        "precision_recall": lambda axes: _precision_recall(axes, compared),
        "calibration": lambda axes: _calibration(axes, compared),
        "gain": lambda axes: _gain(axes, compared),
        "lift": lambda axes: _lift(axes, compared),
        "score_distribution": lambda axes: _distribution(axes, compared),
        "importance": lambda axes: _importance(axes, importance),
    }
    return {name: drawn(draw) for name, draw in drawings.items()}


def drawn(draw: Callable[[Axes], None]) -> Figure:
    """One drawing in the style of all, registered nowhere."""
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]  # the stubs list every key
        figure = Figure(figsize=(7, 4.6), dpi=120, layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure.add_subplot())
        return figure


def _pairs(compared: Compared) -> tuple[tuple[str, str, Values], ...]:
    return (
        ("Model", MODEL, compared.propensity),
        ("Baseline", BASELINE, compared.baseline),
    )


def _thin(*curves: Values) -> tuple[Values, ...]:
    step = max(1, len(curves[0]) // CURVE_POINTS)
    kept = np.unique(np.append(np.arange(0, len(curves[0]), step), len(curves[0]) - 1))
    return tuple(curve[kept] for curve in curves)


def _roc(axes: Axes, compared: Compared) -> None:
    for name, colour, propensity in _pairs(compared):
        area = evaluate(label=compared.label, propensity=propensity)["roc_auc"]
        false_share, true_share, _ = roc_curve(compared.label, propensity)
        axes.plot(*_thin(false_share, true_share), color=colour, label=f"{name}, area {area:.3f}")
    axes.plot([0, 1], [0, 1], color=QUIET, linestyle=":", linewidth=1, label="Chance")
    axes.set(title="ROC curve", xlabel="Share of non-buyers picked", ylabel="Share of buyers found")
    axes.legend(loc="lower right")


def _precision_recall(axes: Axes, compared: Compared) -> None:
    for name, colour, propensity in _pairs(compared):
        value = evaluate(label=compared.label, propensity=propensity)["average_precision"]
        precision, recall, _ = precision_recall_curve(compared.label, propensity)
        # The last point is precision 1 at recall 0 by convention, where nobody was picked.
        axes.step(
            *_thin(recall[:-1], precision[:-1]),
            where="post",
            color=colour,
            label=f"{name}, average precision {value:.3f}",
        )
    rate = compared.label.mean()
    axes.axhline(rate, color=QUIET, linestyle=":", linewidth=1, label=f"Base rate {rate:.2%}")
    axes.set(title="Precision and recall", xlabel="Share of buyers found", ylabel="Precision")
    axes.set_ylim(bottom=0)
    axes.legend(loc="upper right")


def _calibration(axes: Axes, compared: Compared) -> None:
    highest = 0.0
    for name, colour, propensity in _pairs(compared):
        predicted, happened, rows = calibration_bins(compared.label, propensity)
        spread = 1.96 * np.sqrt(happened * (1 - happened) / rows)
        error = evaluate(label=compared.label, propensity=propensity)["calibration_error"]
        axes.errorbar(
            predicted,
            happened,
            yerr=spread,
            color=colour,
            marker="o",
            markersize=5,
            elinewidth=1,
            label=f"{name}, error {error:.4f}",
        )
        highest = max(highest, float(predicted.max()), float(happened.max()))
    axes.plot([0, highest], [0, highest], color=QUIET, linestyle=":", linewidth=1, label="Perfect")
    axes.set(
        title="Calibration, tenths of customers with 95 % intervals",
        xlabel="Mean propensity",
        ylabel="Share who bought",
    )
    axes.legend(loc="upper left")


def _gain(axes: Axes, compared: Compared) -> None:
    for name, colour, propensity in _pairs(compared):
        rows, found = cumulative_gain(compared.label, propensity)
        at_ten = np.interp(0.1, rows, found)
        axes.plot(
            *_thin(rows * 100, found * 100),
            color=colour,
            label=f"{name}, best 10 % hold {at_ten:.0%} of buyers",
        )
    axes.plot([0, 100], [0, 100], color=QUIET, linestyle=":", linewidth=1, label="Chance")
    axes.set(title="Cumulative gain", xlabel="Best customers, %", ylabel="Share of buyers found, %")
    axes.legend(loc="lower right")


def _lift(axes: Axes, compared: Compared) -> None:
    shares = np.linspace(0.01, 1, 100)
    for name, colour, propensity in _pairs(compared):
        lift = np.interp(shares, *cumulative_gain(compared.label, propensity)) / shares
        axes.plot(shares * 100, lift, color=colour, label=f"{name}, {lift[9]:.1f} at 10 %")
    axes.axhline(1, color=QUIET, linestyle=":", linewidth=1, label="Chance")
    axes.set(title="Lift", xlabel="Best customers, %", ylabel="Times as many buyers as by chance")
    axes.set_ylim(bottom=0)
    axes.legend(loc="upper right")


def _distribution(axes: Axes, compared: Compared) -> None:
    floor = max(float(compared.propensity.min()), 1e-4)
    top = max(float(compared.propensity.max()), floor * 1.01)
    bins = np.geomspace(floor, top, 41).tolist()
    clipped = np.clip(compared.propensity, floor, top)
    for name, colour, chosen in (
        ("Did not buy", QUIET, ~compared.label),
        ("Bought", MODEL, compared.label),
    ):
        weights = np.full(int(chosen.sum()), 100 / max(int(chosen.sum()), 1))
        axes.hist(clipped[chosen], bins=bins, weights=weights, color=colour, alpha=0.6, label=name)
    axes.set_xscale("log")
    axes.set(
        title="Propensity by what happened", xlabel="Propensity (log scale)", ylabel="% of class"
    )
    axes.legend(loc="upper right")


def _importance(axes: Axes, table: pd.DataFrame) -> None:
    shown = table.head(MOST_FEATURES).iloc[::-1]
    axes.barh(shown["feature"], shown["mean"], xerr=shown["spread"], color=MODEL, ecolor=QUIET)
    axes.tick_params(axis="y", labelsize=8)
    axes.grid(visible=False, axis="y")
    axes.set(title="Importance", xlabel="Loss of average precision when shuffled")
