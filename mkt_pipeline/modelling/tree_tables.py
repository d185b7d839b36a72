"""Boosted trees as tables: a row's way through a tree is one number, and its leaf a lookup.

A tree of k splits sends a row left or right at each of them, whether or not the row ever comes
there: k bits. For each of the 2**k numbers the leaf is worked out once. Scoring then is
comparisons of whole columns and a lookup per tree, and what the score would be with some features
at other values is a few exchanged bits and another lookup.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

Values = npt.NDArray[np.float64]
Codes = npt.NDArray[np.uint16]

MOST_SPLITS = 14
"""Of one tree: a table of 16,384 leaves is 128 kB, and stays in the processor's cache."""

_CATEGORIES = 256
"""Categories are numbers below; the place after the last one stands for a missing value."""


@dataclass(frozen=True)
class Tree:
    """``splits`` are places among all splits, one per bit from the lowest on, ``columns`` what
    each of them looks at, and ``leaves`` (of shape [2**splits]) what the tree adds to log-odds.
    """

    splits: tuple[int, ...]
    columns: tuple[int, ...]
    leaves: Values

    def mask(self, columns: frozenset[int]) -> int:
        """The bits of the splits on any of these columns."""
        return sum(1 << bit for bit, column in enumerate(self.columns) if column in columns)


@dataclass(frozen=True)
class _Split:
    """Left are values up to ``threshold``, or those that ``left`` has as true, by category."""

    column: int
    threshold: float
    missing_left: bool
    left: bytes | None

    def of(self, values: Values) -> npt.NDArray[np.bool_]:
        """Who of ``values`` (of shape [rows]) goes left."""
        if self.left is None:
            left: npt.NDArray[np.bool_] = values <= self.threshold  # false for NaN
            return left | np.isnan(values) if self.missing_left else left
        known = values >= 0  # false for NaN
        place = np.where(known, values, _CATEGORIES).astype(np.int64)
        return np.frombuffer(self.left, dtype=np.bool_)[place]


@dataclass(frozen=True)
class TreeTables:
    """All trees of a model; ``baseline`` is the log-odds before the first."""

    baseline: float
    trees: tuple[Tree, ...]
    splits: tuple[_Split, ...]

    def codes(self, rows: Values) -> Codes:
        """Of rows (of shape [rows, columns], in Fortran order) the way through each tree.

        Of shape [trees, rows].
        """
        # Most splits are shared: trees ask the same thing of the same column again and again.
        lefts = [split.of(rows[:, split.column]).astype(np.uint16) for split in self.splits]
        result = np.zeros((len(self.trees), len(rows)), dtype=np.uint16)
        for code, tree in zip(result, self.trees, strict=True):
            for bit, split in enumerate(tree.splits):
                code |= lefts[split] << np.uint16(bit)
        return result

    def score(self, codes: Codes) -> Values:
        """Log-odds of shape [rows], added up in the order in which the model itself adds."""
        result = np.full(codes.shape[1], self.baseline)
        for tree, code in zip(self.trees, codes, strict=True):
            result += tree.leaves[code]
        return result

    def moved(self, codes: Codes, usual: Codes, columns: Sequence[frozenset[int]]) -> Values:
        """How much the score falls when some columns take the values of the ``usual`` row.

        ``usual`` has the codes of one row, of shape [trees, 1]. Of shape [groups, rows], one group
        for each set of ``columns``.
        """
        result = np.zeros((len(columns), codes.shape[1]))
        for tree, code, other in zip(self.trees, codes, usual[:, 0], strict=True):
            own = tree.leaves[code]
            for group, of_group in zip(result, columns, strict=True):
                mask = np.uint16(tree.mask(of_group))
                if mask:
                    group += own - tree.leaves[(code & ~mask) | (other & mask)]
        return result


def tree_tables(model: HistGradientBoostingClassifier) -> TreeTables | None:
    """The trees of a fitted model of two classes; None where one of them has too many splits."""
    places: dict[_Split, int] = {}
    trees = []
    for (predictor,) in model._predictors:
        nodes = predictor.nodes
        inner = np.flatnonzero(nodes["is_leaf"] == 0)
        if len(inner) > MOST_SPLITS:
            return None
        splits = [_split(model, predictor, nodes[node]) for node in inner]
        trees.append(
            Tree(
                tuple(places.setdefault(split, len(places)) for split in splits),
                tuple(split.column for split in splits),
                _leaves(nodes, {int(node): bit for bit, node in enumerate(inner)}),
            )
        )
    baseline = float(np.ravel(model._baseline_prediction)[0])
    return TreeTables(baseline, tuple(trees), tuple(places))


def _split(model: Any, predictor: Any, node: Any) -> _Split:  # noqa: ANN401
    column, missing_left = int(node["feature_idx"]), bool(node["missing_go_to_left"])
    if not node["is_categorical"]:
        return _Split(column, float(node["num_threshold"]), missing_left, None)
    left = _bits(predictor.raw_left_cat_bitsets[node["bitset_idx"]])
    known_of, place = model._bin_mapper.make_known_categories_bitsets()
    known = _bits(known_of[place[column]])
    # As in scikit-learn, a category that was not seen in training goes where missing ones go.
    goes = np.append(left | (~known & missing_left), missing_left)
    return _Split(column, 0.0, missing_left, goes.tobytes())


def _bits(words: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    numbers = np.arange(_CATEGORIES, dtype=np.uint32)
    return (words[numbers // 32] >> (numbers % 32) & 1).astype(bool)


def _leaves(nodes: Any, bit_of: dict[int, int]) -> Values:  # noqa: ANN401
    """For each code the value of the leaf it leads to."""
    codes = np.arange(1 << len(bit_of), dtype=np.uint32)
    result = np.empty(len(codes))
    below: list[tuple[int, npt.NDArray[np.bool_]]] = [(0, np.ones(len(codes), dtype=bool))]
    while below:
        node, here = below.pop()
        if nodes["is_leaf"][node]:
            result[here] = nodes["value"][node]
            continue
        left = (codes >> np.uint32(bit_of[node]) & 1).astype(bool)
        below.append((int(nodes["left"][node]), here & left))
        below.append((int(nodes["right"][node]), here & ~left))
    return result
