"""What a step has done, in counts: small facts that travel between tasks and into logs."""

from dataclasses import dataclass


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

    @property
    def changed(self) -> int:
        """Versions appended to the log."""
        return self.inserted + self.updated + self.deleted


@dataclass(frozen=True)
class FeaturesBuilt:
    """One feature set: customers, features, and the version of the lake's table."""

    use_case: str
    as_of: str
    customers: int
    features: int
    history: str
    version: int
    vocabulary: str


@dataclass(frozen=True)
class Scored:
    """One night's scores: customers, mean propensity and its quantiles."""

    use_case: str
    as_of: str
    customers: int
    mean_propensity: float
    quantiles: tuple[float, ...]
    model_name: str
    model_version: str
    run_id: str
    run_url: str
