"""Step: everything that speaks for and against one customer, from the model that scored."""

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.modelling.breakdown import Breakdown, breakdown
from mkt_pipeline.modelling.reasons import Reasons
from mkt_pipeline.steps.explain import explain_customer
from mkt_pipeline.steps.scoring_model import explainer_of
from mkt_pipeline.tracking.server import Tracking


def break_down(
    *, lake: Lake, tracking: Tracking, use_case: UseCase, as_of: AsOf, customer_id: str
) -> Breakdown:
    """The model version that scored the customer on that day is asked once more.

    Refused where the feature set of the day no longer gives the propensity that was scored.
    """
    scored = explain_customer(lake=lake, use_case=use_case, as_of=as_of, customer_id=customer_id)
    champion = tracking.version(use_case.name, int(scored["model_version"]))
    with lake.session() as session:
        features = lake.feature_table(session, use_case.name, as_of)
        row = session.stream(features.filter(features.customer_id == customer_id)).read_all()
    frame = row.to_pandas()[[feature.name for feature in champion.features]]
    reasons = Reasons(champion.features, use_case.reasons)
    found = breakdown(explainer_of(champion, as_of), reasons, frame)
    if found.propensity != scored["propensity"]:
        raise BadInputError(
            f"the feature set of {as_of} gives {found.propensity:.4%} where"
            f" {scored['propensity']:.4%} was scored: it was built again since",
            remedy=f"score the day again with `mkt score --use-case {use_case.name} --as-of"
            f" {as_of}`, or explain without --picture",
        )
    return found
