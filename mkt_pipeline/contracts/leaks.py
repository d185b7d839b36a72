"""What the leak check of a training looks for, where its limits lie, and what it found."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from pydantic import Field

from mkt_pipeline.contracts.frozen_model import FrozenModel

Reason = Annotated[str, Field(min_length=10)]


class LeakLimits(FrozenModel):
    """Limits of the leak check; what lies above one refuses the training.

    ``separation`` is the ROC AUC that a feature may reach alone on any date. ``later_gap`` is by
    how much more ROC AUC it may have among customers whose rows were written after the day than
    among the others. ``later_share`` is the share of recent rows that may have been written after
    the day, where these are distributed otherwise than the rest. ``later_shift`` and
    ``observed_shift`` are population stability indices: of a column between rows written after the
    day and before it, and between rows reconstructed at the first load and rows observed when they
    were new. ``changed_ratio`` is how many times more often a column may have changed later where
    the event happened. ``allowed`` gives, for a feature or a source column such as
    ``orders.status``, the reason why it may stay.
    """

    separation: Annotated[float, Field(gt=0.5, le=1)] = 0.85
    later_gap: Annotated[float, Field(gt=0, le=1)] = 0.15
    later_share: Annotated[float, Field(gt=0, le=1)] = 0.05
    later_shift: Annotated[float, Field(gt=0)] = 0.5
    observed_shift: Annotated[float, Field(gt=0)] = 0.5
    changed_ratio: Annotated[float, Field(gt=1)] = 3.0
    allowed: Mapping[str, Reason] = Field(default_factory=dict)


@dataclass(frozen=True)
class LeakFinding:
    """One suspicion: ``subject`` is a feature, or a source column with the features made of it."""

    sign: str
    subject: str
    features: tuple[str, ...]
    value: float
    limit: float
    sentence: str
    remedy: str


@dataclass(frozen=True)
class LeakReport:
    """All suspicions; those with an entry in ``allowed`` are told and refuse nothing."""

    features: int
    findings: tuple[LeakFinding, ...]
    allowed: Mapping[str, str]
    notes: tuple[str, ...]
    measures: Mapping[str, Mapping[str, float]]

    @property
    def refused(self) -> tuple[LeakFinding, ...]:
        """The suspicions that nobody has allowed."""
        return tuple(f for f in self.findings if not self._reasons(f))

    @property
    def verdict(self) -> str:
        """``passed``, ``allowed`` where suspicions are allowed, or ``refused``."""
        return "refused" if self.refused else "allowed" if self.findings else "passed"

    def document(self) -> dict[str, Any]:
        """Plain data, for a JSON file."""
        return {"verdict": self.verdict, **asdict(self)}

    def markdown(self) -> str:
        """A page for a person."""
        lines = [f"# Leak check: {self.verdict}", "", f"{self.features} features were looked at."]
        for finding in self.findings:
            reasons = self._reasons(finding)
            said = f"Allowed: {'; '.join(reasons)}" if reasons else f"Remedy: {finding.remedy}"
            lines += ["", f"## {finding.subject} ({finding.sign})", "", finding.sentence, "", said]
        if self.notes:
            lines += ["", "## Not looked at", "", *(f"- {note}" for note in self.notes)]
        return "\n".join([*lines, ""])

    def _reasons(self, finding: LeakFinding) -> list[str]:
        """A column is allowed by its own name, or by those of all features made of it."""
        if finding.subject in self.allowed:
            return [self.allowed[finding.subject]]
        every = bool(finding.features) and all(name in self.allowed for name in finding.features)
        return sorted({self.allowed[name] for name in finding.features}) if every else []
