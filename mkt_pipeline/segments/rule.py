"""From calibrated propensities to the segments high, medium and low."""

from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mkt_pipeline.contracts.segment_names import SEGMENTS
from mkt_pipeline.contracts.use_case import Capacity, Thresholds
from mkt_pipeline.errors import DataRefusedError

Numbers = np.ndarray[Any, np.dtype[Any]]
Ids: TypeAlias = Numbers | pa.ChunkedArray
"""Best first."""


def assign(*, propensities: Numbers, customer_ids: Ids, rule: Thresholds | Capacity) -> Numbers:
    """The segment of each customer, in the order given, as an array of strings.

    ``propensities`` are probabilities, ``customer_ids`` as many distinct strings: numpy arrays,
    pandas series, or of the ids an Arrow column. Under Thresholds a propensity equal to a threshold
    reaches it. Under Capacity exactly ``high`` customers are high and the next ``medium`` are
    medium, as far as there are so many; see ``ranks`` for ties. Refused are propensities that are
    missing or not between 0 and 1.
    """
    if isinstance(rule, Thresholds):
        checked = _checked(propensities)
        places = np.where(checked >= rule.high, 0, np.where(checked >= rule.medium, 1, 2))
    else:
        order = ranks(propensities=propensities, customer_ids=customer_ids)
        last = np.array([rule.high, rule.high + rule.medium])
        places = np.searchsorted(last, order, side="left")
    return np.array(SEGMENTS, dtype=object)[places]


def ranks(*, propensities: Numbers, customer_ids: Ids) -> Numbers:
    """The place of each customer as int64, 1 for the highest propensity.

    Ties go to the smaller ``customer_id`` by its bytes, so that the same scores give the same
    places whatever order they come in. Refused as in ``assign``.
    """
    known = isinstance(customer_ids, pa.ChunkedArray)
    ids = customer_ids if known else pa.array(customer_ids, pa.string())
    table = pa.table({"propensity": _checked(propensities), "customer_id": ids})
    if table["customer_id"].null_count:
        raise DataRefusedError("a customer id is missing", remedy="score customers with an id")
    keys = [("propensity", "descending"), ("customer_id", "ascending")]
    order = pc.sort_indices(table, sort_keys=keys).to_numpy()
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(1, len(order) + 1)
    return places


def _checked(propensities: Numbers) -> Numbers:
    values = np.asarray(propensities, dtype=np.float64)
    # Written so that NaN counts as outside: it compares false with everything.
    outside = int(len(values) - ((values >= 0) & (values <= 1)).sum())
    if outside:
        raise DataRefusedError(
            f"{outside} of {len(values)} propensities are missing or not between 0 and 1",
            remedy="check the model's calibration and its features",
        )
    return values
