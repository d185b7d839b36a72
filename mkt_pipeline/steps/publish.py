"""Step: turn a night's scores into segments and publish them, all or nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.publication import Publication, Receipt
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.night import Published
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.session import Session
from mkt_pipeline.segments.rule import Numbers, assign, ranks
from mkt_pipeline.steps.same_order import refuse_other_order
from mkt_pipeline.steps.stopwatch import Stopwatch

DATA_VERSION = "data_version_"
"""Begins the names of the facts that tell versions of change logs, as on the runs in MLflow."""


@dataclass(frozen=True)
class Placed:
    """Of every customer, in the order of the scores: propensity, segment and rank."""

    propensity: Numbers
    segment: Numbers
    rank: Numbers


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
        scores = lake.score_table(session, use_case.name, as_of)
        placed = _placed(session, scores, use_case)
        if dry_run:
            return _only_counted(placed, use_case, as_of, watch)
        receipt = campaign.publish(
            publication=_publication(lake, use_case, as_of, facts, origin),
            rows=_published(session, scores, placed),
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


def _only_counted(placed: Placed, use_case: UseCase, as_of: AsOf, watch: Stopwatch) -> Published:
    names, counted = np.unique(placed.segment.astype(str), return_counts=True)
    counts = dict(zip(names.tolist(), counted.tolist(), strict=True))
    rows = len(placed.segment)
    return Published(use_case.name, str(as_of), rows, counts, seconds=watch.seconds, dry_run=True)


def _placed(session: Session, scores: ir.Table, use_case: UseCase) -> Placed:
    """Segment and rank of every customer; both depend on all customers, unlike the scores."""
    table = session.stream(scores.select("customer_id", "propensity")).read_all()
    known = {
        "propensities": table["propensity"].to_numpy(),
        "customer_ids": table["customer_id"],
    }
    return Placed(known["propensities"], assign(**known, rule=use_case.segments), ranks(**known))


def _published(session: Session, scores: ir.Table, placed: Placed) -> pa.RecordBatchReader:
    """The scores with their places, which are known by the order of the rows alone."""
    names = ("customer_id", "propensity", "recommended_products", "reasons")
    stream = session.stream(scores.select(*names))
    schema = stream.schema.append(pa.field("segment", pa.string()))
    schema = schema.append(pa.field("segment_rank", pa.int64()))
    return pa.RecordBatchReader.from_batches(schema, _with_places(stream, schema, placed))


def _with_places(
    stream: pa.RecordBatchReader, schema: pa.Schema, placed: Placed
) -> Iterator[pa.RecordBatch]:
    start = 0
    for batch in stream:
        here = slice(start, start + batch.num_rows)
        same = np.array_equal(batch["propensity"].to_numpy(), placed.propensity[here])
        refuse_other_order("scores", same=same)
        segment = pa.array(placed.segment[here], pa.string())
        columns = [*batch.columns, segment, pa.array(placed.rank[here])]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)
        start += batch.num_rows
