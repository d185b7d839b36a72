"""What a night needs to recommend products: learned from everything known before the day."""

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.features.product_evidence import catalogue, evidence, purchases
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.segments.recommend import Recommender, fit_recommender
from mkt_pipeline.steps.features import timelines


def fitted_recommender(lake: Lake, use_case: UseCase, as_of: AsOf) -> Recommender:
    """Learn what customers went on to buy, as known before the day."""
    with lake.session() as session:
        known = timelines(lake, session)
        tables = [
            session.stream(table(known, as_of)).read_all().to_pandas()
            for table in (evidence, purchases, catalogue)
        ]
    return fit_recommender(
        evidence=tables[0],
        purchases=tables[1],
        products=tables[2],
        as_of=as_of.cutoff,
        categories=use_case.recommend.categories,
        count=use_case.recommend.count,
    )
