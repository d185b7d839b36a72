"""What is known of purchases, and of what else points at a product, as of one day."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import ibis.expr.types as ir
import pyarrow.parquet as pq

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.features.evidence_weights import evidence_weights
from mkt_pipeline.features.product_evidence import catalogue, evidence, purchases
from mkt_pipeline.lake.session import Session
from mkt_pipeline.lake.staging import stage
from mkt_pipeline.segments.assortment import Assortment, assortment
from mkt_pipeline.segments.evidence_layout import EvidenceLayout
from mkt_pipeline.segments.evidence_rows import EvidenceRows
from mkt_pipeline.steps.customer_sample import sampled

LEARNED_FROM = 100_000
"""About so many customers teach what follows what; more would only take memory."""


@dataclass(frozen=True)
class PurchaseHistory:
    """Purchases and other evidence before ``as_of``; ``timelines`` are those of the logs.

    ``teachers`` are the customers that are learned from, None where they are all.
    """

    session: Session
    timelines: Mapping[str, ir.Table]
    as_of: AsOf
    bought: ir.Table
    looked: ir.Table
    teachers: ir.Table | None

    @classmethod
    def read(
        cls,
        session: Session,
        timelines: Mapping[str, ir.Table],
        as_of: AsOf,
        *,
        only: ir.Table | None = None,
    ) -> Self:
        """Compute it once, for several readers; with ``only``, of these customers and of those who
        teach.
        """
        everybody = session.materialise(timelines["customers"].select("customer_id").distinct())
        some = sampled(everybody, LEARNED_FROM)
        teachers = None if some is everybody else session.materialise(some)
        if only is not None and teachers is not None:
            wanted = session.materialise(only.select("customer_id").union(teachers, distinct=True))
            timelines = _of(timelines, wanted)
        bought = session.materialise(purchases(timelines, as_of))
        looked = session.materialise(evidence(timelines, as_of))
        return cls(session, timelines, as_of, bought, looked, teachers)

    def assortment(self, use_case: UseCase) -> Assortment:
        """What may be recommended, with what some customers know, always the same ones."""
        bought, looked = self.bought, self.looked
        if self.teachers is not None:
            bought, looked = (
                rows.semi_join(self.teachers, "customer_id") for rows in (bought, looked)
            )
        # In an order that is always the same, so that sums of weights are too.
        tables = [
            self.session.stream(table.order_by(table.columns)).read_all().to_pandas()
            for table in (looked, bought, catalogue(self.timelines, self.as_of))
        ]
        return assortment(
            evidence=tables[0],
            purchases=tables[1],
            products=tables[2],
            as_of=self.as_of.cutoff,
            categories=use_case.recommend.categories,
        )

    def evidence(self, layout: EvidenceLayout, customers: ir.Table) -> EvidenceRows:
        """What speaks for which product with each of ``customers`` (customer_id and number, from
        0, without gaps), in their order.
        """
        sources = layout.sources
        weights = evidence_weights(
            purchases=self.bought,
            others=self.looked,
            customers=customers,
            sources=self.session.register(sources),
            as_of=self.as_of,
            half_life_days=layout.half_life_days,
            other_half_life_days=layout.other_half_life_days,
        )
        path = stage(self.session.stream(weights), self.session.scratch, "evidence")
        return EvidenceRows(pq.ParquetFile(path).iter_batches(), sources=sources.num_rows)


def _of(timelines: Mapping[str, ir.Table], customers: ir.Table) -> Mapping[str, ir.Table]:
    """What is known of some customers; of products, everything."""
    return {
        name: table.semi_join(customers, "customer_id") if "customer_id" in table.columns else table
        for name, table in timelines.items()
    }
