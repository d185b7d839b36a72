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

    ``compared_with`` is the version that was champion then, None where there was none;
    ``waits`` says that it passed the gate and that a person has to agree. ``test`` and
    ``baseline`` are the figures on the last window, which nothing was chosen on.
    """

    use_case: str
    as_of: str
    kind: str
    chosen: str
    model_name: str
    model_version: str
    run_id: str
    run_url: str
    promoted: bool
    waits: bool
    compared_with: int | None
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
            f"dry run, nothing was registered. It would be: {self.sentence}"
            if self.dry_run
            else self.sentence,
            f"{self.model_name}: {self.seconds:.1f} s"
            if self.dry_run
            else f"{self.model_name} version {self.model_version}: {self.run_url},"
            f" {self.seconds:.1f} s",
        ]


@dataclass(frozen=True)
class PartScored(Facts):
    """One part of a night's scores, which nobody sees before all parts are there."""

    use_case: str
    as_of: str
    plan: str
    part: int
    parts: int
    customers: int
    seconds: float

    def lines(self) -> list[str]:
        """One line."""
        return [
            f"{self.use_case} as of {self.as_of}: {self.customers:,} customers scored, part"
            f" {self.part} of {self.parts} of plan {self.plan}, {self.seconds:.1f} s"
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
    """One publication; ``replaced`` is the earlier publication of the same day, if any.

    ``compared`` tells each check against the publication before, ``changes`` how many customers
    entered, left and moved for readers; ``released`` is set where a held night was let through.
    """

    use_case: str
    as_of: str
    rows: int
    counts: Mapping[str, int] = field(default_factory=dict)
    mean_propensity: float = 0.0
    publication_id: int | None = None
    is_current: bool = False
    replaced: int | None = None
    checksum: str = ""
    compared: tuple[str, ...] = ()
    changes: Mapping[str, int] = field(default_factory=dict)
    released: bool = False
    seconds: float = 0.0
    dry_run: bool = False

    def lines(self) -> list[str]:
        """Counts with shares, what is different from before, and what readers see now."""
        shares = ", ".join(
            f"{name} {count:,} ({count / self.rows:.1%})" for name, count in self.counts.items()
        )
        state = ", current" if self.is_current else ", not current: a later day is"
        replaced = f", in place of {self.replaced}" if self.replaced is not None else ""
        done = "released and published" if self.released else "published"
        which = "" if self.dry_run else f"publication {self.publication_id}{replaced}{state}, "
        return [
            f"{self.use_case} as of {self.as_of}: {self.rows:,} rows {done}: {shares}",
            *self.compared,
            *_changed(self.changes),
            f"{which}{self.seconds:.1f} s{_dry(self.dry_run)}",
        ]


@dataclass(frozen=True)
class Rejected(Facts):
    """A held night that was dropped; its record stays."""

    use_case: str
    as_of: str
    publication_id: int

    def lines(self) -> list[str]:
        """What is gone, and what to do next."""
        return [
            f"{self.use_case} as of {self.as_of}: the held publication {self.publication_id} is"
            f" rejected; once it is mended, run `mkt night --use-case {self.use_case}"
            f" --as-of {self.as_of}`"
        ]


@dataclass(frozen=True)
class RolledBack(Facts):
    """An earlier publication is current again; ``changes`` as of a publication."""

    use_case: str
    as_of: str
    publication_id: int
    from_as_of: str
    from_publication_id: int
    by: str
    reason: str
    changes: Mapping[str, int]

    def lines(self) -> list[str]:
        """From where to where, for whom it matters, and how to take it back."""
        return [
            f"{self.use_case}: publication {self.publication_id} as of {self.as_of} is current"
            f" again in place of {self.from_publication_id} as of {self.from_as_of}"
            f" ({self.by}: {self.reason})",
            *_changed(self.changes),
            f"the next night publishes as usual; to take it back: `mkt rollback --use-case"
            f' {self.use_case} --to {self.from_as_of} --reason "..."`',
        ]


def _changed(changes: Mapping[str, int]) -> list[str]:
    counts = ", ".join(f"{count:,} {what}" for what, count in changes.items())
    return [f"customers in campaign.segment_changes: {counts}"] if changes else []


def _dry(dry_run: bool) -> str:
    return " (dry run: nothing was written)" if dry_run else ""
