"""How a model does among different customers: regions, ages, new and old ones.

A slice that has enough rows is judged in three ways. Does it promise what happens (expected against
observed buyers, normal approximation)? Does it rank as well as elsewhere (area under the ROC curve
with the standard error of Hanley and McNeil 1982)? And does it find the buyers of the slice as
often as others (equal opportunity after Hardt, Price and Srebro 2016: the share of those who bought
that lies among the best tenth of all customers)?
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import roc_auc_score

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.metrics import Labels, Values
from mkt_pipeline.modelling.share_interval import share_interval

BANDS = {"age": (30, 45, 60), "tenure": (90, 365, 1095)}
"""Where bands of a group of numbers begin; tenure in days: the first are the new customers."""
SLICED_CATEGORIES = "profile"
MOST_VALUES = 12
"""Of a category, the most frequent; the others are too few to be judged anyway."""
ENOUGH_ROWS, ENOUGH_BUYERS = 200, 20

SURE = 3.0
"""Standard errors: of a hundred slices, chance alone makes one stand out in three trainings."""
PROMISE_OFF, AUC_OFF, FOUND_OFF = 0.25, 0.05, 0.1
TOP = 0.1


@dataclass(frozen=True)
class Slice:
    """Customers with one value (or in one band) of a feature.

    ``promised`` is their mean propensity, ``happened`` the share who bought, ``found`` the share
    of those who bought that is among the best tenth of all. Figures are None where there are too
    few; ``warnings`` say what stands out. ``promise_off`` (a share of its buyers) and
    ``ranking_off`` (of the area under the curve, below that of all) are what is worse than chance
    explains, 0 where there are too few.
    """

    feature: str
    value: str
    rows: int
    positives: int
    promised: float
    happened: float
    roc_auc: float | None
    found: float | None
    warnings: tuple[str, ...]
    promise_off: float = 0.0
    ranking_off: float = 0.0

    @property
    def name(self) -> str:
        """Feature and value."""
        return f"{self.feature} {self.value}"


def slices(
    *, frame: pd.DataFrame, features: Sequence[Feature], label: Labels, propensity: Values
) -> tuple[Slice, ...]:
    """Every slice of a window with columns ``features``; label and propensity have shape [rows]."""
    whole = _Whole(label, propensity)
    return tuple(
        whole.slice(feature.name, value, rows)
        for feature in features
        for value, rows in _values(frame[feature.name], feature)
    )


def promise_off(label: Labels, propensity: Values) -> float:
    """By how much more than chance explains buyers were promised or missing, as a share of them.

    Both of shape [rows]; the customers may be any that were chosen without looking at ``label``.
    """
    expected, observed = float(propensity.sum()), int(np.count_nonzero(label))
    error = float(np.sqrt(np.sum(propensity * (1 - propensity))))
    return max(0.0, abs(expected - observed) - SURE * error) / max(observed, 1)


def slices_markdown(found: Sequence[Slice]) -> str:
    """A table of all slices, those that stand out first."""
    ordered = sorted(found, key=lambda one: not one.warnings)
    lines = [
        "# Slices of the test window",
        "",
        "| feature | value | customers | bought | promised | happened, with 95 % interval |"
        " ROC AUC | buyers among the best tenth | stands out |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.feature} | {one.value} | {one.rows:,} | {one.positives:,} |"
        f" {one.promised:.2%} | {_share(one)} | {_figure(one.roc_auc, '.3f')} |"
        f" {_figure(one.found, '.0%')} | {'; '.join(one.warnings)} |"
        for one in ordered
    ]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class _Whole:
    label: Labels
    propensity: Values

    @cached_property
    def _top(self) -> Labels:
        """The best tenth; of equals at its end all."""
        return np.asarray(self.propensity >= np.quantile(self.propensity, 1 - TOP))

    def slice(self, feature: str, value: str, rows: Labels) -> Slice:
        label, propensity = self.label[rows], self.propensity[rows]
        positives, count = int(np.count_nonzero(label)), len(label)
        judged = count >= ENOUGH_ROWS and ENOUGH_BUYERS <= positives <= count - ENOUGH_BUYERS
        promised, happened = float(propensity.mean()), float(label.mean())
        auc = float(roc_auc_score(label, propensity)) if judged else None
        found = float(self._top[rows][label].mean()) if judged else None
        warnings: list[str] = list(self._promise(label, propensity)) if judged else []
        if auc is not None and found is not None:
            warnings += [*self._ranking(auc, positives, count), *self._finding(found, positives)]
        return Slice(
            feature,
            value,
            count,
            positives,
            promised,
            happened,
            auc,
            found,
            tuple(warnings),
            promise_off(label, propensity) if judged else 0.0,
            0.0 if auc is None else max(0.0, self._behind(auc, positives, count)),
        )

    def _promise(self, label: Labels, propensity: Values) -> Iterator[str]:
        expected, observed = float(propensity.sum()), int(np.count_nonzero(label))
        error = float(np.sqrt(np.sum(propensity * (1 - propensity))))
        if abs(expected - observed) > max(SURE * error, PROMISE_OFF * observed):
            yield f"promised {expected:,.0f} buyers, {observed:,} bought"

    def _ranking(self, auc: float, positives: int, rows: int) -> Iterator[str]:
        if self._behind(auc, positives, rows) > AUC_OFF:
            yield f"ranks worse than elsewhere ({auc:.3f}, all {self._everywhere:.3f})"

    def _behind(self, auc: float, positives: int, rows: int) -> float:
        """By how much a slice surely ranks worse than all."""
        return self._everywhere - auc - SURE * _auc_error(auc, positives, rows - positives)

    @cached_property
    def _everywhere(self) -> float:
        return float(roc_auc_score(self.label, self.propensity))

    def _finding(self, found: float, positives: int) -> Iterator[str]:
        everywhere = float(self._top[self.label].mean())
        error = float(np.sqrt(everywhere * (1 - everywhere) / positives))
        if abs(found - everywhere) > max(SURE * error, FOUND_OFF):
            word = "less" if found < everywhere else "more"
            yield f"buyers are found {word} often ({found:.0%}, all {everywhere:.0%})"


def _auc_error(auc: float, positives: int, others: int) -> float:
    """Standard error of an area under the curve (Hanley and McNeil 1982, equation 1)."""
    both, same = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (positives - 1) * (both - auc**2) + (others - 1) * (same - auc**2)
    return float(np.sqrt(spread / (positives * others)))


def _values(column: pd.Series, feature: Feature) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    """The slices of one feature; unknown is one of them."""
    unknown = column.isna().to_numpy()
    if feature.group == SLICED_CATEGORIES and feature.kind == "category":
        for value in column.dropna().value_counts().index[:MOST_VALUES]:
            yield str(value), (column == value).fillna(False).to_numpy(dtype=bool)
    elif feature.group in BANDS and feature.kind == "number":
        edges = (-np.inf, *BANDS[feature.group], np.inf)
        numbers = column.to_numpy(dtype=np.float64)
        for low, high in pairwise(edges):
            rows = (numbers >= low) & (numbers < high)
            if rows.any():
                yield _band(low, high), rows
    else:
        return
    if unknown.any():
        yield "unknown", unknown


def _band(low: float, high: float) -> str:
    if np.isinf(low):
        return f"below {high:g}"
    return f"{low:g} or more" if np.isinf(high) else f"{low:g} to {high:g}"


def _share(one: Slice) -> str:
    found = share_interval(one.positives, one.rows)
    return f"{found.value:.2%} ({found.low:.2%} to {found.high:.2%})"


def _figure(value: float | None, form: str) -> str:
    return "too few" if value is None else format(value, form)
