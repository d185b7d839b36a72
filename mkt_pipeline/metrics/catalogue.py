"""Every metric by its name; docs/metrics.md is written from here, and no other can be sent."""

import re
from dataclasses import dataclass

PREFIX = "mkt"


@dataclass(frozen=True)
class Metric:
    """A gauge: ``name`` followed by one part for each of ``parts``, in words what it counts."""

    name: str
    parts: tuple[str, ...]
    unit: str
    meaning: str

    @property
    def template(self) -> str:
        """How it is written, such as ``mkt.rows_read.<entity>``."""
        return ".".join([PREFIX, self.name, *(f"<{part}>" for part in self.parts)])


@dataclass(frozen=True)
class Sample:
    """One value of a metric."""

    metric: Metric
    parts: tuple[str, ...]
    value: float

    @property
    def name(self) -> str:
        """Without the prefix; what a name must not hold is an underscore."""
        if len(self.parts) != len(self.metric.parts):
            raise ValueError(f"{self.metric.template} needs {len(self.metric.parts)} parts")
        return ".".join([self.metric.name, *(re.sub(r"\W", "_", part) for part in self.parts)])


ROWS_READ = Metric("rows_read", ("entity",), "rows", "Read from the CRM by an extraction.")
ROWS_CHANGED = Metric(
    "rows_changed", ("entity",), "rows", "New, changed or gone: appended to the change log."
)
ROWS_QUARANTINED = Metric(
    "rows_quarantined", ("entity",), "rows", "Put aside because they break the contract."
)
QUARANTINED_SHARE = Metric(
    "quarantined_share", ("entity",), "0 to 1", "Of the rows read, those put aside."
)
CUSTOMERS_ELIGIBLE = Metric(
    "customers_eligible", ("use case",), "customers", "In the feature set of the day."
)
CUSTOMERS_SCORED = Metric("customers_scored", ("use case",), "customers", "Scored for the day.")
MEAN_PROPENSITY = Metric("mean_propensity", ("use case",), "0 to 1", "Of everybody scored.")
ROWS_PUBLISHED = Metric("rows_published", ("use case",), "customers", "In the publication.")
SEGMENT_SHARE = Metric(
    "segment_share", ("use case", "segment"), "0 to 1", "Of the publication; high, medium or low."
)
STEP_SECONDS = Metric(
    "step_seconds",
    ("step", "what"),
    "seconds",
    "How long a step took: extract, features, score, publish, train or monitor; what is the"
    " source or the use case.",
)
PUBLICATION_AGE = Metric(
    "publication_age_hours",
    ("use case",),
    "hours",
    "Since the publication that readers see was written; sent every half hour by `notices`.",
)
INCIDENTS_OPEN = Metric(
    "incidents_open", (), "incidents", "Open incidents; sent every half hour by `notices`."
)

METRICS = (
    ROWS_READ,
    ROWS_CHANGED,
    ROWS_QUARANTINED,
    QUARANTINED_SHARE,
    CUSTOMERS_ELIGIBLE,
    CUSTOMERS_SCORED,
    MEAN_PROPENSITY,
    ROWS_PUBLISHED,
    SEGMENT_SHARE,
    STEP_SECONDS,
    PUBLICATION_AGE,
    INCIDENTS_OPEN,
)


def metrics_page() -> str:
    """docs/metrics.md."""
    rows = [f"| `{one.template}` | {one.unit} | {one.meaning} |" for one in METRICS]
    return (
        "# Metrics\n\nSent as StatsD gauges by UDP to `MKT_STATSD_HOST`, port `MKT_STATSD_PORT`;"
        " without a host nothing is sent. Dry runs send nothing. A server that is away fails"
        " nothing. In names, whatever is neither letter, digit nor underscore becomes an"
        " underscore.\n\n| metric | unit | meaning |\n|---|---|---|\n"
        + "\n".join(rows)
        + "\n\nAirflow sends its own (durations and states of tasks, scheduler, pools) to the same"
        " server with `AIRFLOW__METRICS__STATSD_ON=True`, `AIRFLOW__METRICS__STATSD_HOST` and"
        " `AIRFLOW__METRICS__STATSD_PORT`.\n"
    )
