"""What a night needs to recommend products: learned from everything known before the day."""

from collections.abc import Mapping
from dataclasses import dataclass

import ibis.expr.types as ir
import pyarrow.parquet as pq

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.features.evidence_weights import evidence_weights
from mkt_pipeline.features.product_evidence import catalogue, evidence, purchases
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.session import Session
from mkt_pipeline.lake.staging import stage
from mkt_pipeline.segments.evidence_rows import EvidenceRows
from mkt_pipeline.segments.recommend import Recommender, fit_recommender
from mkt_pipeline.steps.customer_sample import sampled
from mkt_pipeline.steps.features import timelines

LEARNED_FROM = 100_000
"""About so many customers teach what follows what; more would only take memory."""


@dataclass(frozen=True)
class Recommending:
    """What was learned, and what speaks for a product with each customer, in their order."""

    recommender: Recommender
    evidence: EvidenceRows


def recommending(
    lake: Lake, session: Session, use_case: UseCase, as_of: AsOf, customers: ir.Table
) -> Recommending:
    """Learn what customers went on to buy, and lay out the evidence of ``customers``.

    ``customers`` has customer_id and number (from 0, without gaps).
    """
    known = timelines(lake, session)
    bought = session.materialise(purchases(known, as_of))
    looked = session.materialise(evidence(known, as_of))
    recommender = _learned(session, known, bought, looked, use_case, as_of)
    sources = recommender.sources
    weights = evidence_weights(
        purchases=bought,
        others=looked,
        customers=customers,
        sources=session.register(sources),
        as_of=as_of,
        half_life_days=recommender.half_life_days,
        other_half_life_days=recommender.other_half_life_days,
    )
    staged = pq.ParquetFile(stage(session.stream(weights), session.scratch, "evidence"))
    return Recommending(recommender, EvidenceRows(staged.iter_batches(), sources=sources.num_rows))


def _learned(
    session: Session,
    known: Mapping[str, ir.Table],
    bought: ir.Table,
    looked: ir.Table,
    use_case: UseCase,
    as_of: AsOf,
) -> Recommender:
    everybody = session.materialise(known["customers"].select("customer_id").distinct())
    some = sampled(everybody, LEARNED_FROM)
    if some is not everybody:
        some = session.materialise(some)
        bought, looked = (rows.semi_join(some, "customer_id") for rows in (bought, looked))
    # In an order that is always the same, so that sums of weights are too.
    tables = [
        session.stream(table.order_by(table.columns)).read_all().to_pandas()
        for table in (looked, bought, catalogue(known, as_of))
    ]
    return fit_recommender(
        evidence=tables[0],
        purchases=tables[1],
        products=tables[2],
        as_of=as_of.cutoff,
        categories=use_case.recommend.categories,
        count=use_case.recommend.count,
    )
