"""One attempt at the parameters of a candidate."""

from collections.abc import Mapping
from dataclasses import dataclass

Parameter = float | str | bool


@dataclass(frozen=True)
class Trial:
    """Average precision by fold, the earliest first; a pruned trial has not seen all folds."""

    candidate: str
    number: int
    parameters: Mapping[str, Parameter]
    figures: tuple[float, ...]
    pruned: bool
    seconds: float

    @property
    def mean(self) -> float:
        """Mean average precision of the folds that were seen."""
        return sum(self.figures) / len(self.figures)
