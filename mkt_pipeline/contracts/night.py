"""What a step has done, in counts: small facts that travel between tasks, and lines for a log."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


class Facts:
    """A result that can be told to a machine; ``lines`` of each tells it to a person."""

    def facts(self) -> dict[str, Any]:
        """Plain data, small enough to travel between tasks."""
        return asdict(self)  # type: ignore[call-overload,no-any-return] # every heir is a dataclass


@dataclass(frozen=True)
class EntityNight:
    """One entity of one extraction, in rows."""

    entity: str
    read: int
    quarantined: int
    inserted: int
    updated: int
    deleted: int
    history: str
    version: int
    reading: str

    @property
    def changed(self) -> int:
        """Versions appended to the log."""
        return self.inserted + self.updated + self.deleted


@dataclass(frozen=True)
class Extracted(Facts):
    """One extraction: every entity of the source at one snapshot of the CRM."""

    source: str
    as_of: str
    entities: tuple[EntityNight, ...]
    seconds: float
    dry_run: bool = False

    def lines(self) -> list[str]:
        """A line for each entity and one for the whole."""
        told = [
            f"{e.entity}: {e.read:,} rows in, {e.quarantined:,} quarantined, {e.inserted:,} new,"
            f" {e.updated:,} changed, {e.deleted:,} gone ({e.history}; {e.reading})"
            for e in self.entities
        ]
        read = sum(e.read for e in self.entities)
        changed = sum(e.changed for e in self.entities)
        return [
            *told,
            f"extracted {self.source} as of {self.as_of}: {read:,} rows in, {changed:,} changes,"
            f" {self.seconds:.1f} s{_dry(self.dry_run)}",
        ]


@dataclass(frozen=True)
class FeaturesBuilt(Facts):
    """One feature set: customers, features, and the version of the lake's table."""

    use_case: str
    as_of: str
    customers: int
    features: int
    history: str
    version: int
    vocabulary: str
    seconds: float
    dry_run: bool = False

    def lines(self) -> list[str]:
        """One line."""
        return [
            f"{self.use_case} as of {self.as_of}: {self.customers:,} customers,"
            f" {self.features} features ({self.history}), {self.seconds:.1f} s{_dry(self.dry_run)}"
        ]


@dataclass(frozen=True)
class TrainingReport(Facts):
    """One training: what was compared on which rows, and whether the challenger was promoted.

    ``test`` and ``baseline`` are the figures on the last window, which nothing was chosen on.
    """

    use_case: str
    as_of: str
    chosen: str
    model_name: str
    model_version: str
    run_id: str
    run_url: str
    promoted: bool
    sentence: str
    windows: tuple[str, ...]
    validation: Mapping[str, Mapping[str, float]]
    test: Mapping[str, float]
    baseline: Mapping[str, float]
    seconds: float
    dry_run: bool = False

    def lines(self) -> list[str]:
        """The windows, the candidates, the figures on later data, and the decision."""
        candidates = [
            f"{name}: ROC AUC {figures['roc_auc']:.4f}, average precision"
            f" {figures['average_precision']:.4f} on the validation window"
            for name, figures in self.validation.items()
        ]
        return [
            f"{self.use_case} as of {self.as_of}",
            *self.windows,
            *candidates,
            f"chosen: {self.chosen}; on later data ROC AUC {self.test['roc_auc']:.4f}"
            f" (rule of thumb {self.baseline['roc_auc']:.4f}), average precision"
            f" {self.test['average_precision']:.4f} ({self.baseline['average_precision']:.4f}),"
            f" lift at 10 % {self.test['lift_at_10']:.2f} ({self.baseline['lift_at_10']:.2f}),"
            f" calibration error {self.test['calibration_error']:.4f}",
            self.sentence,
            f"{self.model_name} version {self.model_version}: {self.run_url},"
            f" {self.seconds:.1f} s{_dry(self.dry_run)}",
        ]


@dataclass(frozen=True)
class Scored(Facts):
    """One night's scores; ``quantiles`` are those at 1, 10, 50, 90 and 99 %."""

    use_case: str
    as_of: str
    customers: int
    mean_propensity: float
    quantiles: tuple[float, ...]
    model_name: str
    model_version: str
    run_id: str
    run_url: str
    seconds: float
    dry_run: bool = False

    def lines(self) -> list[str]:
        """The distribution and the model."""
        spread = ", ".join(f"{value:.4f}" for value in self.quantiles)
        return [
            f"{self.use_case} as of {self.as_of}: {self.customers:,} customers scored with"
            f" {self.model_name} version {self.model_version}, {self.seconds:.1f} s",
            f"propensity: mean {self.mean_propensity:.4f}; at 1, 10, 50, 90, 99 %: {spread}",
            f"MLflow run: {self.run_url or 'none'}{_dry(self.dry_run)}",
        ]


@dataclass(frozen=True)
class Published(Facts):
    """One publication; ``replaced`` is the earlier publication of the same day, if any."""

    use_case: str
    as_of: str
    rows: int
    counts: Mapping[str, int] = field(default_factory=dict)
    mean_propensity: float = 0.0
    publication_id: int | None = None
    is_current: bool = False
    replaced: int | None = None
    seconds: float = 0.0
    dry_run: bool = False

    def lines(self) -> list[str]:
        """Counts with shares, and what readers see now."""
        shares = ", ".join(
            f"{name} {count:,} ({count / self.rows:.1%})" for name, count in self.counts.items()
        )
        if self.dry_run:
            state = ""
        elif self.is_current:
            state = ", current"
        else:
            state = ", not current: a later day is"
        replaced = f", in place of {self.replaced}" if self.replaced is not None else ""
        return [
            f"{self.use_case} as of {self.as_of}: {self.rows:,} rows published: {shares}",
            f"publication {self.publication_id}{replaced}{state},"
            f" {self.seconds:.1f} s{_dry(self.dry_run)}",
        ]


def _dry(dry_run: bool) -> str:
    return " (dry run: nothing was written)" if dry_run else ""
