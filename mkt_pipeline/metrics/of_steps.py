"""What the result of a step says in figures."""

from collections.abc import Iterator

from mkt_pipeline.contracts.night import (
    Extracted,
    Facts,
    FeaturesBuilt,
    Published,
    Scored,
    TrainingReport,
)
from mkt_pipeline.metrics.catalogue import (
    CUSTOMERS_ELIGIBLE,
    CUSTOMERS_SCORED,
    MEAN_PROPENSITY,
    QUARANTINED_SHARE,
    ROWS_CHANGED,
    ROWS_PUBLISHED,
    ROWS_QUARANTINED,
    ROWS_READ,
    SEGMENT_SHARE,
    STEP_SECONDS,
    Sample,
)


def samples_of(result: Facts) -> Iterator[Sample]:
    """The samples of one result; none of a dry run."""
    if getattr(result, "dry_run", False):
        return
    match result:
        case Extracted():
            yield from _extracted(result)
        case FeaturesBuilt(use_case=name):
            yield Sample(CUSTOMERS_ELIGIBLE, (name,), result.customers)
            yield took("features", name, result.seconds)
        case Scored(use_case=name):
            yield Sample(CUSTOMERS_SCORED, (name,), result.customers)
            yield Sample(MEAN_PROPENSITY, (name,), result.mean_propensity)
            yield took("score", name, result.seconds)
        case Published(use_case=name):
            yield Sample(ROWS_PUBLISHED, (name,), result.rows)
            for segment, count in result.counts.items():
                yield Sample(SEGMENT_SHARE, (name, segment), count / result.rows)
            yield took("publish", name, result.seconds)
        case TrainingReport(use_case=name):
            yield took("train", name, result.seconds)


def took(step: str, what: str, seconds: float) -> Sample:
    """How long a step took."""
    return Sample(STEP_SECONDS, (step, what), seconds)


def _extracted(result: Extracted) -> Iterator[Sample]:
    for one in result.entities:
        yield Sample(ROWS_READ, (one.entity,), one.read)
        yield Sample(ROWS_CHANGED, (one.entity,), one.changed)
        yield Sample(ROWS_QUARANTINED, (one.entity,), one.quarantined)
        share = one.quarantined / one.read if one.read else 0.0
        yield Sample(QUARANTINED_SHARE, (one.entity,), share)
    yield took("extract", result.source, result.seconds)
