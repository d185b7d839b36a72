"""Step: score one part of the customers of a day, with reasons and recommendations."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
from scipy import sparse

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.customer_bucket import CUSTOMERS_IN_BUCKET
from mkt_pipeline.contracts.night import PartScored
from mkt_pipeline.contracts.scoring_plan import ScoringPlan
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.features.customer_bucket import customer_bucket
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.session import Session
from mkt_pipeline.lake.staging import stage
from mkt_pipeline.modelling.contributions import Explainer
from mkt_pipeline.modelling.reasons import Reasons
from mkt_pipeline.segments.recommend import Recommender
from mkt_pipeline.steps.in_order import in_order
from mkt_pipeline.steps.plan_scoring import refuse_outdated
from mkt_pipeline.steps.recommend import Recommending, recommending
from mkt_pipeline.steps.same_order import refuse_other_order
from mkt_pipeline.steps.scoring_model import explainer_of
from mkt_pipeline.steps.stopwatch import Stopwatch
from mkt_pipeline.tracking.champion import Champion
from mkt_pipeline.tracking.server import Tracking

SCHEMA = pa.schema(
    [
        ("as_of", pa.string()),
        ("customer_id", pa.string()),
        ("propensity", pa.float64()),
        ("reasons", pa.string()),
        ("recommended_products", pa.string()),
        ("model_version", pa.string()),
    ]
)
BUCKET = "customer_bucket"


def score_part(
    *, lake: Lake, tracking: Tracking, use_case: UseCase, plan: ScoringPlan, part: int, as_of: AsOf
) -> PartScored:
    """Keep the scores of one part aside, in place of what it had; nobody sees them yet.

    Scored is bucket by bucket, each by itself: a sum of floats may end in another digit among
    other rows, and nothing may depend on the number of parts.
    """
    watch = Stopwatch()
    refuse_outdated(plan, lake=lake, use_case=use_case)
    champion = _champion(tracking, plan)
    with lake.session() as session:
        features = lake.feature_table(
            session,
            use_case.name,
            as_of,
            names=[feature.name for feature in champion.features],
            version=plan.features_version,
        )
        features = _in_buckets(features, plan, part)
        numbered, sizes = _numbered(session, features)
        prepared = recommending(
            lake,
            session,
            use_case,
            as_of,
            numbered,
            plan.chosen,
            versions=plan.data_versions,
            everybody=plan.parts == 1,
        )
        reasons = Reasons(champion.features, use_case.reasons)
        explainer = explainer_of(champion, as_of)
        scorer = Scorer(champion, explainer, reasons, prepared.recommender, as_of)
        given = _batches(session, features, numbered, prepared, sizes)
        with in_order(scorer.scored, given, threads=lake.threads) as found:
            scored = pa.RecordBatchReader.from_batches(SCHEMA, found)
            lake.staged_scores.put(plan, part, stage(scored, session.scratch))
    return PartScored(
        use_case.name, str(as_of), plan.plan, part, plan.parts, sum(sizes), watch.seconds
    )


def _champion(tracking: Tracking, plan: ScoringPlan) -> Champion:
    """The version of the plan, whatever has been promoted since."""
    champion = tracking.version(plan.use_case, plan.model_version)
    if (champion.digest or "") != plan.model_digest:
        raise plan.outdated(f"version {plan.model_version} of {plan.model_name} is another since")
    return champion


def _in_buckets(features: ir.Table, plan: ScoringPlan, part: int) -> ir.Table:
    """The feature set of a part, with the bucket of each customer."""
    ours = plan.buckets_of(part)
    bucketed = features.mutate(**{BUCKET: customer_bucket(features.customer_id, plan.buckets)})
    return bucketed.filter(bucketed[BUCKET].between(ours.start, ours.stop - 1))


def _numbered(session: Session, features: ir.Table) -> tuple[ir.Table, list[int]]:
    """Customers with their place in the part, and how many each bucket has.

    The order is by bucket, and by id in it: the order of the files is of no account.
    """
    order = ibis.window(order_by=[features[BUCKET], features.customer_id])
    numbered = session.materialise(
        features.select("customer_id", BUCKET, number=ibis.row_number().over(order))
    )
    counted = numbered.group_by(BUCKET).aggregate(customers=numbered.count()).order_by(BUCKET)
    sizes = session.stream(counted).read_all()["customers"].to_pylist()
    return numbered.drop(BUCKET), sizes


def _batches(
    session: Session,
    features: ir.Table,
    numbered: ir.Table,
    prepared: Recommending,
    sizes: Iterable[int],
) -> Iterator[tuple[pd.DataFrame, sparse.csr_matrix]]:
    """Features and evidence, which belong together by the order of the customers alone."""
    ids = session.stream(numbered.order_by("number").select("customer_id")).read_all()[0]
    ordered = features.order_by([BUCKET, "customer_id"]).drop(BUCKET)
    start = 0
    for bucket in _cut(session.stream(ordered, rows=CUSTOMERS_IN_BUCKET), sizes):
        here = ids.slice(start, bucket.num_rows).combine_chunks()
        refuse_other_order("features", same=bucket["customer_id"].equals(here))
        start += bucket.num_rows
        yield bucket.to_pandas(), prepared.evidence.take(bucket.num_rows)


def _cut(stream: pa.RecordBatchReader, sizes: Iterable[int]) -> Iterator[pa.RecordBatch]:
    """The rows of a stream in batches of these sizes."""
    rest, nothing = None, pa.RecordBatch.from_pylist([], schema=stream.schema)
    for size in sizes:
        pieces, missing = [], size
        while missing:
            read = rest if rest is not None and rest.num_rows else next(stream, nothing)
            refuse_other_order("features", same=read is not nothing)
            pieces.append(read.slice(0, missing))
            missing -= pieces[-1].num_rows
            rest = read.slice(pieces[-1].num_rows)
        # Always a copy: arrays begin alike, wherever the stream was cut before.
        yield pa.concat_batches(pieces)


@dataclass(frozen=True)
class Scorer:
    """Scores batches of a feature set."""

    champion: Champion
    explainer: Explainer
    reasons: Reasons
    recommender: Recommender
    as_of: AsOf

    def scored(self, given: tuple[pd.DataFrame, sparse.csr_matrix]) -> pa.RecordBatch:
        """For a frame (``customer_id`` and features) and evidence a batch of ``SCHEMA``."""
        frame, evidence = given
        known = frame[[feature.name for feature in self.champion.features]]
        told = self.explainer.explained(known)
        products = self.recommender.documents(evidence)
        return pa.RecordBatch.from_pydict(
            {
                "as_of": pa.repeat(str(self.as_of), len(frame)),
                "customer_id": pa.array(frame["customer_id"], pa.string()),
                "propensity": told.propensity,
                "reasons": self.reasons.documents(known, told.contributions),
                "recommended_products": products.combine_chunks(),
                "model_version": pa.repeat(str(self.champion.version), len(frame)),
            },
            schema=SCHEMA,
        )
