"""What each player moves in a tree, exactly, from who passes where on the way to each leaf."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import factorial

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Path:
    """A leaf's ``value``, and the ``way`` to it: number of each split, and whether it goes left."""

    value: float
    way: tuple[tuple[int, bool], ...]

    def passed(self, left: Bools, splits: Iterable[int]) -> Bools:
        """Which rows go this way at ``splits``; ``left`` has shape [splits, rows]."""
        wanted, result = set(splits), np.ones(left.shape[1], dtype=bool)
        for split, goes_left in self.way:
            if split in wanted:
                result &= left[split] if goes_left else ~left[split]
        return result


def shapley_values(
    paths: Sequence[Path], left: Bools, usual: Bools, player_of: Sequence[int]
) -> dict[int, Values]:
    """Baseline Shapley values of a tree by player, each of shape [rows], unless nobody moves any.

    A player owns splits (``player_of``, by their number) and brings to them either the row's own
    values or those of the usual row. ``left`` (of shape [splits, rows]) says where rows go left
    with their own values, ``usual`` (of shape [splits]) where the usual row does.

    A leaf is reached by the coalitions that hold all a players who pass all of their splits on the
    way to it with the row's own values only, and none of the b who pass them with the usual ones
    only. Each of the former moves (a-1)! b! / (a+b)! of its value, each of the latter as much as
    -a! (b-1)! / (a+b)! (Lundberg et al. 2020, From local explanations to global understanding with
    explainable AI for trees, for one reference row; Sundararajan and Najmi 2020, The many Shapley
    values for model explanation). Over all players that adds up to the row's leaf less the usual.
    """
    result = {player: np.zeros(left.shape[1]) for player in sorted(set(player_of))}
    usual_column = usual.reshape(-1, 1)
    for path in paths:
        splits: dict[int, list[int]] = {}
        for split, _ in path.way:
            splits.setdefault(player_of[split], []).append(split)
        passed = {player: path.passed(left, owned) for player, owned in splits.items()}
        as_usual = {p: bool(path.passed(usual_column, owned)[0]) for p, owned in splits.items()}
        for player, moved in _of_leaf(path.value, passed, as_usual).items():
            result[player] += moved
    return result


def _of_leaf(
    value: float, passed: dict[int, Bools], as_usual: dict[int, bool]
) -> dict[int, Values]:
    rows = len(next(iter(passed.values()), ()))
    own, usual = np.zeros(rows, dtype=np.intp), np.zeros(rows, dtype=np.intp)
    reached = np.ones(rows, dtype=bool)
    for player, passes in passed.items():
        if as_usual[player]:
            usual += ~passes
        else:
            own += passes
            reached &= passes
    raises, lowers = _shares(len(passed))
    raised = np.where(reached, value * raises[own, usual], 0.0)
    lowered = np.where(reached, -value * lowers[own, usual], 0.0)
    return {
        player: np.where(passes, 0.0, lowered) if as_usual[player] else raised
        for player, passes in passed.items()
    }


@cache
def _shares(players: int) -> tuple[Values, Values]:
    """For a and b from 0 to ``players``; 0 where there is nobody to have one."""
    counts = range(players + 1)
    raises = [[_share(a - 1, b) for b in counts] for a in counts]
    lowers = [[_share(b - 1, a) for b in counts] for a in counts]
    return np.array(raises), np.array(lowers)


def _share(others: int, opponents: int) -> float:
    if others < 0:
        return 0.0
    return factorial(others) * factorial(opponents) / factorial(others + opponents + 1)
