"""Boosted trees as tables: a row's way through a tree is one number, and its leaf a lookup.

A tree of k splits sends a row left or right at each of them, whether or not the row ever comes
there: k bits. For each of the 2**k numbers the leaf is worked out once. Scoring then is
comparisons of whole columns and a lookup per tree, and what a group of features moves in a tree
against one usual row, which depends on the number alone, is another lookup.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from mkt_pipeline.modelling.tree_shapley import Path, shapley_values

Values = npt.NDArray[np.float64]
Codes = npt.NDArray[np.uint16]
Moves = npt.NDArray[np.float32]

MOST_SPLITS = 14
"""Of one tree: a table of 16,384 leaves is 128 kB, and stays in the processor's cache."""

_CATEGORIES = 256
"""Categories are numbers below; the place after the last one stands for a missing value."""


@dataclass(frozen=True)
class Tree:
    """``splits`` are places among all splits, one per bit from the lowest on, ``columns`` what
    each of them looks at, and ``leaves`` (of shape [2**splits]) what the tree adds to log-odds;
    ``paths`` lead to the leaves by numbers of bits.
    """

    splits: tuple[int, ...]
    columns: tuple[int, ...]
    leaves: Values
    paths: tuple[Path, ...]

    def moves(self, usual: int, group_of: Mapping[int, int]) -> dict[int, Moves]:
        """By group of columns what it moves against the ``usual`` code, of shape [2**splits]."""
        bits = range(len(self.splits))
        players = [group_of[column] for column in self.columns]
        as_usual = np.array([usual >> bit & 1 for bit in bits], dtype=bool)
        found = shapley_values(self.paths, _lefts(len(bits)), as_usual, players)
        # Half the size stays in the processor's cache; what is lost is a millionth in all.
        return {group: moved.astype(np.float32) for group, moved in found.items()}


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

    def score_with(self, codes: Codes, score: Values, column: int, values: Values) -> Values:
        """What ``score`` (of rows with ``codes``) becomes with other ``values`` in one column.

        Of shape [rows]; only trees that look at the column are looked up again.
        """
        result = score.copy()
        for tree, code in zip(self.trees, codes, strict=True):
            changed = code
            for bit, split in enumerate(tree.splits):
                if tree.columns[bit] == column:
                    left = self.splits[split].of(values).astype(np.uint16)
                    changed = (changed & ~np.uint16(1 << bit)) | (left << np.uint16(bit))
            if changed is not code:
                result += tree.leaves[changed] - tree.leaves[code]
        return result

    def moves(self, usual: Codes, groups: Sequence[frozenset[int]]) -> "MoveTables":
        """What each of ``groups`` (sets of columns that are all columns together) moves.

        ``usual`` has the codes of the row to compare with, of shape [trees, 1].
        """
        group_of = {column: number for number, group in enumerate(groups) for column in group}
        of_trees = zip(self.trees, usual[:, 0].tolist(), strict=True)
        return MoveTables(len(groups), tuple(tree.moves(code, group_of) for tree, code in of_trees))


@dataclass(frozen=True)
class MoveTables:
    """By tree and group (one of ``groups``) the Shapley value of each code."""

    groups: int
    of_trees: tuple[Mapping[int, Moves], ...]

    def of(self, codes: Codes) -> Values:
        """What each group moves the score of each row, of shape [groups, rows]."""
        result = np.zeros((self.groups, codes.shape[1]))
        for moves, code in zip(self.of_trees, codes, strict=True):
            for group, moved in moves.items():
                result[group] += moved[code]
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
        paths = _paths(nodes, {int(node): bit for bit, node in enumerate(inner)})
        trees.append(
            Tree(
                tuple(places.setdefault(split, len(places)) for split in splits),
                tuple(split.column for split in splits),
                _leaves(paths, len(splits)),
                paths,
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


def _paths(nodes: Any, bit_of: Mapping[int, int]) -> tuple[Path, ...]:  # noqa: ANN401
    found = []
    below: list[tuple[int, tuple[tuple[int, bool], ...]]] = [(0, ())]
    while below:
        node, way = below.pop()
        if nodes["is_leaf"][node]:
            found.append(Path(float(nodes["value"][node]), way))
            continue
        below.append((int(nodes["left"][node]), (*way, (bit_of[node], True))))
        below.append((int(nodes["right"][node]), (*way, (bit_of[node], False))))
    return tuple(found)


def _leaves(paths: Sequence[Path], bits: int) -> Values:
    """For each code the value of the leaf it leads to."""
    left, result = _lefts(bits), np.empty(1 << bits)
    for path in paths:
        result[path.passed(left, range(bits))] = path.value
    return result


@lru_cache(maxsize=MOST_SPLITS + 1)
def _lefts(bits: int) -> npt.NDArray[np.bool_]:
    """Whether each code goes left at each split, of shape [splits, 2**splits]."""
    codes = np.arange(1 << bits, dtype=np.uint32)
    return np.array([codes >> np.uint32(bit) & 1 for bit in range(bits)], dtype=bool).reshape(
        bits, len(codes)
    )
