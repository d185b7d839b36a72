"""What a search for the parameters of one candidate found."""

from collections.abc import Mapping
from dataclasses import dataclass

from mkt_pipeline.contracts.night import Facts


@dataclass(frozen=True, kw_only=True)
class Tuned(Facts):
    """``default`` and ``best`` are mean average precisions over the folds; ``known`` trials were
    there before.
    """

    use_case: str
    as_of: str
    candidate: str
    title: str
    trials: int
    known: int
    pruned: int
    default: float
    best: float
    parameters: Mapping[str, float | str | bool]
    seconds: float

    def lines(self) -> list[str]:
        """What was tried, and what came of it."""
        chosen = ", ".join(f"{name} {_short(value)}" for name, value in self.parameters.items())
        before = f", {self.known} of them from an earlier run" if self.known else ""
        return [
            f"{self.use_case} as of {self.as_of}: {self.title}: {self.trials} trials{before},"
            f" {self.pruned} ended early, {self.seconds:.1f} s",
            f"average precision over the folds: {self.best:.4f}, with the defaults"
            f" {self.default:.4f}",
            f"parameters: {chosen}",
        ]


def _short(value: float | str | bool) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
