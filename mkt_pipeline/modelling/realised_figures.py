"""What came true of a publication, drawn from its figures."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mkt_pipeline.contracts.model_health import HealthFigure
from mkt_pipeline.modelling.figures import BASELINE, MODEL, QUIET, Values, drawn


def realised_figures(figures: Sequence[HealthFigure]) -> dict[str, Figure]:
    """``reliability`` and ``lift_by_decile``, by name; none where all or none had the event."""
    rates, lifts = _deciles(figures, "event_rate"), _deciles(figures, "lift")
    if not rates or rates[0].low is None or not lifts:
        return {}
    drawings: dict[str, Callable[[Axes], None]] = {
        "reliability": lambda axes: _reliability(axes, rates),
        "lift_by_decile": lambda axes: _lift(axes, lifts),
    }
    return {name: drawn(draw) for name, draw in drawings.items()}


def _deciles(figures: Sequence[HealthFigure], measure: str) -> list[HealthFigure]:
    """The tenths, the best first."""
    found = [one for one in figures if one.measure == measure and one.part.startswith("decile ")]
    return sorted(found, key=lambda one: int(one.part.removeprefix("decile ")))


def _reliability(axes: Axes, rates: Sequence[HealthFigure]) -> None:
    promised, value, spread = _arrays(rates)
    highest = max(float(promised.max()), float((value + spread[1]).max()))
    axes.errorbar(
        promised,
        value,
        yerr=spread,
        color=MODEL,
        marker="o",
        markersize=5,
        elinewidth=1,
        label="Came true, with 95 % intervals",
    )
    axes.plot([0, highest], [0, highest], color=QUIET, linestyle=":", linewidth=1, label="Perfect")
    axes.set(
        title="Promised and came true, tenths of customers",
        xlabel="Mean propensity",
        ylabel="Share with the event",
    )
    axes.legend(loc="upper left")


def _lift(axes: Axes, lifts: Sequence[HealthFigure]) -> None:
    promised, value, spread = _arrays(lifts)
    places = np.arange(1, len(lifts) + 1)
    axes.bar(places, value, yerr=spread, color=MODEL, ecolor=QUIET, label="Came true")
    axes.plot(places, promised, color=BASELINE, marker="D", linestyle="", label="Promised")
    axes.axhline(1, color=QUIET, linestyle=":", linewidth=1, label="Everybody")
    axes.set(
        title="Lift by tenth of customers",
        xlabel="Tenth by propensity, 1 is the best",
        ylabel="Times as many as everybody",
    )
    axes.set_xticks(places)
    axes.legend(loc="upper right")


def _arrays(
    figures: Sequence[HealthFigure],
) -> tuple[Values, Values, Values]:
    value = np.array([one.value for one in figures])
    low = np.array([one.value if one.low is None else one.low for one in figures])
    high = np.array([one.value if one.high is None else one.high for one in figures])
    promised = np.array([np.nan if one.promised is None else one.promised for one in figures])
    # A percentile interval of few customers need not hold the figure itself.
    return promised, value, np.maximum([value - low, high - value], 0.0)
