"""How the features were distributed that a model was trained on, without a trace of a customer."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.errors import ModelRefusedError

Codes = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]

BINS = 10
MOST_CATEGORIES = 30
"""Bins of their own; rarer categories share one."""
FEWEST = 20
"""Customers below which a bin is joined with another: it would say something about people."""
DIGITS = 4
"""Significant digits of a bin's end, so that it is nobody's own amount."""

SCORE = "propensity"
"""What the scores are called among the features."""


@dataclass(frozen=True)
class Bins:
    """The bins of one feature, and the share of the training rows in each.

    Numbers and flags: up to and including each of ``edges``, above the last, and missing.
    Categories: each of ``categories``, rarer ones, those that were not seen, and missing. ``rare``
    has the rarer ones as short hashes, so that they are told from what was not seen. ``usual`` is
    how far, in Jensen-Shannon distance, the training dates lie from all of them together at most:
    days since a mailing are other ones on every day.
    """

    name: str
    shares: tuple[float, ...]
    edges: tuple[float, ...] | None = None
    categories: tuple[str, ...] = ()
    rare: tuple[str, ...] = ()
    usual: float = 0.0

    def counts(self, values: pd.Series) -> Codes:
        """Rows in each bin, of shape [bins]."""
        return np.bincount(self.codes(values), minlength=len(self.shares)).astype(np.int64)

    @property
    def is_category(self) -> bool:
        """Whether it has categories."""
        return self.edges is None

    @property
    def unseen(self) -> int:
        """The number of the bin of categories that were not seen in training."""
        return len(self.categories) + 1

    def codes(self, values: pd.Series) -> Codes:
        """The number of the bin of each row."""
        if self.edges is not None:
            return _number_codes(values.to_numpy(dtype=np.float64), self.edges)
        found = self._index.get_indexer(pd.Index(values.astype(object)))
        unknown, missing = found < 0, values.isna().to_numpy()
        if (unknown & ~missing).any():
            others = values[unknown & ~missing].unique()
            is_rare = values.isin([one for one in others if _hashed(one) in self._rare]).to_numpy()
            found = np.where(unknown, self.unseen - is_rare, found)
        return np.where(missing, len(self.shares) - 1, found).astype(np.int64)

    @cached_property
    def _index(self) -> "pd.Index[Any]":
        return pd.Index(list(self.categories), dtype=object)

    @cached_property
    def _rare(self) -> frozenset[str]:
        return frozenset(self.rare)


@dataclass(frozen=True)
class ReferenceDistribution:
    """Bins of every feature of a model, and of the propensities of its test window."""

    rows: int
    features: tuple[Bins, ...]
    score: Bins

    def document(self) -> dict[str, Any]:
        """Plain data, for a JSON file."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Read it back; refused where it is not such a document."""
        try:
            features = tuple(_bins(one) for one in document["features"])
            return cls(int(document["rows"]), features, _bins(document["score"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelRefusedError(
                f"the reference distribution cannot be read ({type(error).__name__})",
                remedy="train anew: `mkt train`",
            ) from error


def reference_distribution(
    *,
    frame: pd.DataFrame,
    features: Sequence[Feature],
    as_of: npt.NDArray[np.datetime64],
    score: Values,
) -> ReferenceDistribution:
    """Of training rows with their dates, and of the propensities ``score`` of a later day.

    A customer has a row at every date, so that a bin needs so many times ``FEWEST`` rows.
    """
    dates, date = np.unique(as_of, return_inverse=True)
    fewest = FEWEST * len(dates)
    bins = [
        _category_bins(frame[one.name], one.name, fewest)
        if one.kind == "category"
        else _number_bins(frame[one.name], one.name, fewest, is_flag=one.kind == "flag")
        for one in features
    ]
    scores = _number_bins(pd.Series(score), SCORE, FEWEST, is_flag=False)
    told = (replace(one, usual=_usual(one, frame[one.name], date)) for one in bins)
    return ReferenceDistribution(len(frame), tuple(told), scores)


def distance(expected: Values, found: Values) -> float:
    """Jensen-Shannon distance of two shares of shape [bins]: 0 where equal, 1 where disjoint.

    Square root of the divergence in bits, a metric (Endres and Schindelin 2003).
    """
    p, q = expected / expected.sum(), found / found.sum()
    middle = (p + q) / 2
    divergence = (_divergence(p, middle) + _divergence(q, middle)) / 2
    return float(np.sqrt(max(divergence, 0.0)))


def _divergence(p: Values, q: Values) -> float:
    used = p > 0
    return float(np.sum(p[used] * np.log2(p[used] / q[used])))


def _usual(bins: Bins, values: pd.Series, date: Codes) -> float:
    """How far the farthest date lies from all; ``date`` is its number for each row."""
    size, dates = len(bins.shares), int(date.max()) + 1
    flat = np.bincount(date * size + bins.codes(values), minlength=dates * size)
    counts = flat.reshape(dates, size).astype(np.float64)
    whole = counts.sum(axis=0)
    return round(max(distance(whole, one) for one in counts), DIGITS)


def _number_bins(values: pd.Series, name: str, fewest: int, *, is_flag: bool) -> Bins:
    numbers = values.to_numpy(dtype=np.float64)
    edges = [0.5] if is_flag else _edges(numbers)
    counts = _number_counts(numbers, edges)
    while edges and counts[:-1].min() < fewest:
        # Joined with the next one, the last with the one before.
        del edges[min(int(counts[:-1].argmin()), len(edges) - 1)]
        counts = _number_counts(numbers, edges)
    return Bins(name, _shares(counts, fewest), edges=tuple(edges))


def _edges(numbers: Values) -> list[float]:
    """Ends of tenths; equal ones, as of a feature that is mostly zero, once."""
    known = numbers[~np.isnan(numbers)]
    if not len(known):
        return []
    inner = np.linspace(0, 1, BINS + 1)[1:-1]
    ends = np.quantile(known, inner, method="inverted_cdf")
    return sorted({float(f"{end:.{DIGITS}g}") for end in ends})


def _number_counts(numbers: Values, edges: Sequence[float]) -> Codes:
    codes = _number_codes(numbers, tuple(edges))
    return np.bincount(codes, minlength=len(edges) + 2).astype(np.int64)


def _number_codes(numbers: Values, edges: tuple[float, ...]) -> Codes:
    codes = np.searchsorted(np.array(edges), numbers, side="left")
    return np.where(np.isnan(numbers), len(edges) + 1, codes).astype(np.int64)


def _category_bins(values: pd.Series, name: str, fewest: int) -> Bins:
    counts = values.dropna().value_counts()
    # By name among equals, so that the order of rows does not matter.
    ordered = sorted(counts.items(), key=lambda one: (-int(one[1]), str(one[0])))
    common = {str(k): int(n) for k, n in ordered[:MOST_CATEGORIES] if n >= fewest}
    others = int(counts.sum()) - sum(common.values())
    found = np.array([*common.values(), others, 0, int(values.isna().sum())])
    rare = sorted(_hashed(k) for k, _ in ordered if str(k) not in common)
    shares = _shares(found, fewest)
    return Bins(name, shares, categories=tuple(common), rare=tuple(rare))


def _shares(counts: Codes, fewest: int) -> tuple[float, ...]:
    """Shares of all rows; fewer than ``fewest`` missing ones count as none."""
    told = counts.astype(np.float64)
    if told[-1] < fewest:
        told[-1] = 0.0
    whole = told.sum() or 1.0
    return tuple(float(round(one, 6)) for one in told / whole)


def _hashed(text: object) -> str:
    return hashlib.blake2b(str(text).encode(), digest_size=6).hexdigest()


def _bins(document: Mapping[str, Any]) -> Bins:
    edges = document["edges"]
    return Bins(
        str(document["name"]),
        tuple(map(float, document["shares"])),
        None if edges is None else tuple(map(float, edges)),
        tuple(map(str, document["categories"])),
        tuple(map(str, document["rare"])),
        float(document["usual"]),
    )
