"""What is published, what is there, and what a publication leaves in hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Publication:
    """One night of one use case, about to be published.

    ``expected_rows`` is how many customers were scored. ``run_id`` is the MLflow run of the
    scoring, ``airflow_run`` the Airflow run (None from the command line). ``history`` says whether
    the features rest on nights that were observed or on a reconstructed first load.
    ``published_by`` is who publishes, the user of the database where it is None; ``model_digest``
    and ``data_versions`` say what the scores were made from, as far as they tell.
    """

    use_case: str
    as_of: date
    source: str
    model_name: str
    model_version: str
    run_id: str
    airflow_run: str | None
    expected_rows: int
    history: str = "observed"
    published_by: str | None = None
    model_digest: str | None = None
    data_versions: Mapping[str, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What was committed: ``counts`` per segment add up to ``rows``; ``replaced`` is the id of the
    earlier publication of the same day, None for the first. ``compared`` says, check by check, how
    it differs from the publication before; ``changes`` counts who entered, left and moved, and is
    empty where the publication did not become current.
    """

    publication_id: int
    use_case: str
    as_of: date
    rows: int
    counts: Mapping[str, int]
    mean_propensity: float
    is_current: bool
    replaced: int | None
    checksum: str
    compared: tuple[str, ...] = ()
    changes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PastPublication:
    """One row of ``campaign.publications``; housekeeping took its rows at ``rows_removed_at``."""

    publication_id: int
    use_case: str
    as_of: date
    published_at: datetime
    status: Literal["published", "held", "rejected", "rolled_back", "replaced"]
    is_current: bool
    source: str
    model_name: str
    model_version: str
    run_id: str
    airflow_run: str | None
    history: str
    rows: int
    counts: Mapping[str, int]
    mean_propensity: float
    replaces: int | None
    published_by: str | None = None
    model_digest: str | None = None
    data_versions: Mapping[str, int] | None = None
    checksum: str | None = None
    checks: Mapping[str, Any] | None = None
    held_at: datetime | None = None
    decision: Literal["released", "rejected"] | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None
    rows_removed_at: datetime | None = None

    @property
    def broken(self) -> tuple[str, ...]:
        """The checks outside their limits, in words; none where nothing was checked."""
        checks = (self.checks or {}).get("checks", ())
        return tuple(check["words"] for check in checks if not check["passed"])


@dataclass(frozen=True, kw_only=True)
class CurrentPublication(PastPublication):
    """The publication that ``campaign.current_segments`` shows for its use case."""


@dataclass(frozen=True, kw_only=True)
class SegmentCount:
    """One segment of the current publication; ``share`` is between 0 and 1, and both it and
    ``mean_propensity`` are None where there is nobody to divide by.
    """

    segment: str
    customers: int
    share: float | None
    mean_propensity: float | None


@dataclass(frozen=True, kw_only=True)
class CustomerSegment:
    """What the current publication says about one customer; the two lists are best first."""

    use_case: str
    as_of: date
    customer_id: str
    segment: str
    segment_rank: int | None
    propensity: float
    recommended_products: tuple[Mapping[str, Any], ...]
    reasons: tuple[Any, ...]
    publication_id: int


def customer_segment(row: Mapping[str, Any]) -> CustomerSegment:
    """One row of ``campaign.current_segments``, its JSON lists as tuples."""
    lists = {name: tuple(row[name]) for name in ("recommended_products", "reasons")}
    return CustomerSegment(**{**row, **lists})


@dataclass(frozen=True, kw_only=True)
class Switch:
    """One time that readers came to see another publication.

    ``previous_*`` is what its changes are counted against, None for the first.
    """

    switch_id: int
    use_case: str
    switched_at: datetime
    cause: Literal["night", "rerun", "release", "rollback"]
    switched_by: str
    reason: str | None
    previous_publication_id: int | None
    previous_as_of: date | None
    publication_id: int
    as_of: date
