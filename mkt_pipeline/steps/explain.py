"""Step: what was said of one customer on one day."""

import json
from typing import Any

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.customer_id import refuse_unusable_id
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.lake.lake import Lake


def explain_customer(
    *, lake: Lake, use_case: UseCase, as_of: AsOf, customer_id: str
) -> dict[str, Any]:
    """Propensity, reasons and recommended products of one customer, from the day's scores."""
    refuse_unusable_id(customer_id)
    with lake.session() as session:
        scores = lake.score_table(session, use_case.name, as_of)
        rows = session.stream(scores.filter(scores.customer_id == customer_id)).read_all()
    if rows.num_rows == 0:
        raise BadInputError(
            f"the customer asked for has no score of {use_case.name} as of {as_of}",
            remedy="check the id; perhaps the customer was not eligible on that day",
        )
    row = rows.to_pylist()[0]
    lists = {name: json.loads(row[name]) for name in ("reasons", "recommended_products")}
    return {"use_case": use_case.name, "as_of": str(as_of), **row, **lists}
