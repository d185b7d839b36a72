"""Step: turn a night's scores into segments and publish them, all or nothing."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.publication import Publication, Receipt
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.night import Published
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.session import Session
from mkt_pipeline.segments.rule import assign, ranks
from mkt_pipeline.steps.stopwatch import Stopwatch

DATA_VERSION = "data_version_"
"""Begins the names of the facts that tell versions of change logs, as on the runs in MLflow."""


def publish_segments(
    *,
    lake: Lake,
    campaign: CampaignDatabase,
    use_case: UseCase,
    as_of: AsOf,
    origin: Mapping[str, str],
    dry_run: bool = False,
) -> Published:
    """Publish the segments of one day; a publication of the same day is replaced.

    A night outside the limits of the use case is held (PublicationHeldError). ``origin`` says
    which Airflow run this is (``airflow_dag_id``, ``airflow_run_id``) or which user of the command
    line (``user``).
    """
    watch, facts = Stopwatch(), lake.score_facts(use_case.name, as_of)
    with lake.session() as session:
        scores = session.materialise(lake.score_table(session, use_case.name, as_of))
        segments = _segments(session, scores, use_case)
        if dry_run:
            return _only_counted(segments, use_case, as_of, watch)
        receipt = campaign.publish(
            publication=_publication(lake, use_case, as_of, facts, origin),
            rows=session.stream(_published(scores, segments)),
            limits=use_case.publication,
        )
    return published(receipt, seconds=watch.seconds)


def published(receipt: Receipt, *, seconds: float, released: bool = False) -> Published:
    """What the database committed, as the facts of a step."""
    return Published(
        receipt.use_case,
        receipt.as_of.isoformat(),
        receipt.rows,
        dict(receipt.counts),
        receipt.mean_propensity,
        receipt.publication_id,
        receipt.is_current,
        receipt.replaced,
        receipt.checksum,
        receipt.compared,
        dict(receipt.changes),
        released,
        seconds,
    )


def _publication(
    lake: Lake,
    use_case: UseCase,
    as_of: AsOf,
    facts: Mapping[str, str | int | float],
    origin: Mapping[str, str],
) -> Publication:
    return Publication(
        use_case=use_case.name,
        as_of=as_of.day,
        source=lake.source,
        model_name=str(facts["model_name"]),
        model_version=str(facts["model_version"]),
        run_id=str(facts["run_id"]),
        airflow_run=origin.get("airflow_run_id"),
        expected_rows=int(facts["customers"]),
        history=str(facts["history"]),
        published_by=origin.get("user") or origin.get("airflow_dag_id"),
        model_digest=_text(facts.get("model_digest")),
        data_versions=_data_versions(facts),
    )


def _text(fact: str | int | float | None) -> str | None:
    return str(fact) if fact else None


def _data_versions(facts: Mapping[str, str | int | float]) -> dict[str, int] | None:
    """The version of each change log the scores were made from; None where they do not tell."""
    told = {
        name.removeprefix(DATA_VERSION): int(version)
        for name, version in facts.items()
        if name.startswith(DATA_VERSION)
    }
    return told or None


def _only_counted(
    segments: ir.Table, use_case: UseCase, as_of: AsOf, watch: Stopwatch
) -> Published:
    counted = segments.group_by("segment").aggregate(customers=segments.count()).to_pyarrow()
    counts = {row["segment"]: row["customers"] for row in counted.to_pylist()}
    rows = sum(counts.values())
    return Published(use_case.name, str(as_of), rows, counts, seconds=watch.seconds, dry_run=True)


def _segments(session: Session, scores: ir.Table, use_case: UseCase) -> ir.Table:
    """Segment and rank of every customer; both depend on all customers, unlike the scores."""
    table = session.stream(scores.select("customer_id", "propensity")).read_all()
    ids = table["customer_id"].to_numpy(zero_copy_only=False)
    propensities = table["propensity"].to_numpy()
    rank = ranks(propensities=propensities, customer_ids=ids)
    segment = assign(propensities=propensities, customer_ids=ids, rule=use_case.segments)
    return session.register(
        pa.table(
            {
                "customer_id": table["customer_id"],
                "segment": pa.array(segment, pa.string()),
                "segment_rank": rank,
            }
        )
    )


def _published(scores: ir.Table, segments: ir.Table) -> ir.Table:
    joined = scores.join(segments, "customer_id")
    return joined.order_by(ibis._.segment_rank).select(
        "customer_id",
        "propensity",
        "segment",
        "segment_rank",
        "recommended_products",
        "reasons",
    )
