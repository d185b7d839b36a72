"""What a comparison of ways to recommend found, and what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass

from mkt_pipeline.contracts.night import Facts


@dataclass(frozen=True)
class RecommenderReport(Facts):
    """One comparison: ``figures`` has those on the latest window by method and measure.

    ``compared_with`` is the version in use then, None where there was none; ``waits`` says that
    the chosen way passed the gate and that a person has to agree.
    """

    use_case: str
    as_of: str
    kind: str
    chosen: str
    in_use: str
    model_name: str
    model_version: str
    run_id: str
    run_url: str
    promoted: bool
    waits: bool
    compared_with: int | None
    sentence: str
    windows: tuple[str, ...]
    figures: Mapping[str, Mapping[str, float]]
    seconds: float
    dry_run: bool = False

    def lines(self) -> list[str]:
        """The windows, every method's figures, and the decision."""
        methods = [
            f"{method}: " + ", ".join(f"{name} {value:.4f}" for name, value in figures.items())
            for method, figures in self.figures.items()
        ]
        return [
            f"{self.use_case} as of {self.as_of}, recommended products",
            *self.windows,
            *methods,
            f"chosen: {self.chosen}; in use: {self.in_use}",
            f"dry run, nothing was registered. It would be: {self.sentence}"
            if self.dry_run
            else self.sentence,
            f"{self.model_name}: {self.seconds:.1f} s"
            if self.dry_run
            else f"{self.model_name} version {self.model_version}: {self.run_url},"
            f" {self.seconds:.1f} s",
        ]
