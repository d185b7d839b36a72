"""One night of one use case as the page and its documents tell it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mkt_pipeline.campaign.publication import PastPublication
from mkt_pipeline.contracts.segment_names import SEGMENTS
from mkt_pipeline.contracts.telling_digits import telling_digits
from mkt_pipeline.operator_page.seams import Airflow


@dataclass(frozen=True, kw_only=True)
class SegmentFacts:
    """One segment; ``share`` is of all customers, ``change`` None where nothing was before."""

    segment: str
    customers: int
    share: float
    change: int | None


@dataclass(frozen=True, kw_only=True)
class CheckFacts:
    """One limit of a publication: ``value`` may be as far from zero as ``limit``."""

    name: str
    value: float
    limit: float
    passed: bool
    words: str

    @property
    def digits(self) -> int:
        """Decimals of both in percent, so that what is outside looks so."""
        return telling_digits(100 * self.value, 100 * self.limit, least=1)


@dataclass(frozen=True, kw_only=True)
class NightFacts:
    """One publication, beside the one that stood before it (``compared_as_of``, None for none).

    ``seconds`` is how long the Airflow run took that published it; None where it is not known.
    """

    publication_id: int
    as_of: date
    status: str
    is_current: bool
    published_at: datetime
    published_by: str | None
    rows: int
    rows_change: int | None
    segments: tuple[SegmentFacts, ...]
    compared_as_of: date | None
    mean_propensity: float
    history: str
    model_name: str
    model_version: str
    mlflow_run: str
    airflow_dag: str | None
    airflow_run: str | None
    seconds: float | None
    held_at: datetime | None
    checks: tuple[CheckFacts, ...]


def night_facts(
    one: PastPublication, days: Sequence[PastPublication], airflow: Airflow
) -> NightFacts:
    """``days`` are the publications of the use case, the latest day first."""
    before = _before(one, days)
    dag = one.published_by if one.airflow_run else None
    run = airflow.one(dag, one.airflow_run) if dag and one.airflow_run else None
    return NightFacts(
        publication_id=one.publication_id,
        as_of=one.as_of,
        status=one.status,
        is_current=one.is_current,
        published_at=one.published_at,
        published_by=one.published_by,
        rows=one.rows,
        rows_change=one.rows - before.rows if before else None,
        segments=tuple(_segment(name, one, before) for name in SEGMENTS),
        compared_as_of=before.as_of if before else None,
        mean_propensity=one.mean_propensity,
        history=one.history,
        model_name=one.model_name,
        model_version=one.model_version,
        mlflow_run=one.run_id,
        airflow_dag=dag,
        airflow_run=one.airflow_run,
        seconds=run.seconds if run else None,
        held_at=one.held_at,
        checks=tuple(map(_check, (one.checks or {}).get("checks", ()))),
    )


def _before(one: PastPublication, days: Sequence[PastPublication]) -> PastPublication | None:
    """The last day before it that readers were shown."""
    earlier = (day for day in days if day.as_of < one.as_of and day.status == "published")
    return next(earlier, None)


def _segment(name: str, now: PastPublication, before: PastPublication | None) -> SegmentFacts:
    customers = now.counts.get(name, 0)
    return SegmentFacts(
        segment=name,
        customers=customers,
        share=customers / now.rows,
        change=customers - before.counts.get(name, 0) if before else None,
    )


def _check(one: Mapping[str, Any]) -> CheckFacts:
    names = CheckFacts.__dataclass_fields__
    return CheckFacts(**{name: one[name] for name in names})
