"""What is published, what is there, and what a publication leaves in hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Publication:
    """One night of one use case, about to be published.

    ``expected_rows`` is how many customers were scored. ``run_id`` is the MLflow run of the
    scoring, ``airflow_run`` the Airflow run (None from the command line). ``history`` says whether
    the features rest on nights that were observed or on a reconstructed first load.
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


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What was committed: ``counts`` per segment add up to ``rows``; ``replaced`` is the id of the
    earlier publication of the same day, None for the first.
    """

    publication_id: int
    use_case: str
    as_of: date
    rows: int
    counts: Mapping[str, int]
    mean_propensity: float
    is_current: bool
    replaced: int | None


@dataclass(frozen=True, kw_only=True)
class PastPublication:
    """One row of ``campaign.publications``."""

    publication_id: int
    use_case: str
    as_of: date
    published_at: datetime
    status: Literal["published", "replaced"]
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
