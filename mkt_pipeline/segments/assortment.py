"""What may be recommended at one moment, and what is known then to choose by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa

from mkt_pipeline.errors import BadInputError
from mkt_pipeline.segments.evidence_layout import EvidenceLayout
from mkt_pipeline.segments.evidence_matrix import purchase_half_life
from mkt_pipeline.segments.method import Known
from mkt_pipeline.segments.purchase_evidence import Integers, encode


@dataclass(frozen=True)
class Assortment:
    """``products`` (structs of product_id and name) are the candidates of ``known`` by number."""

    known: Known
    products: pa.StructArray

    @property
    def layout(self) -> EvidenceLayout:
        """Where the evidence of customers has to stand."""
        evidence = self.known.evidence
        return EvidenceLayout(evidence.kinds, tuple(evidence.products), self.known.half_life_days)


def assortment(
    *,
    evidence: pd.DataFrame,
    purchases: pd.DataFrame,
    products: pd.DataFrame,
    as_of: datetime,
    categories: Sequence[str] = (),
) -> Assortment:
    """What may be recommended, and everything that is known, before ``as_of`` (aware).

    ``purchases`` has customer_id, product_id and happened_at (aware); ``evidence`` has kind as
    well and says what else points at a product, such as quotes and interactions; events in it that
    are purchases too count once. ``products`` has product_id, name, category and is_active. Only
    active products of ``categories`` (of all where none is named) are ever recommended, but any
    product of ``products`` counts as evidence. Refused is a use case without any such product.
    """
    catalogue = products.drop_duplicates("product_id").sort_values("product_id")
    candidates = _candidates(catalogue, categories)
    encoded = encode(
        evidence=evidence,
        purchases=purchases,
        product_ids=pd.Index(catalogue["product_id"]),
        as_of=as_of,
    )
    known = Known(encoded, candidates, purchase_half_life(encoded.purchases))
    return Assortment(known, _structs(catalogue.iloc[candidates]))


def _candidates(catalogue: pd.DataFrame, categories: Sequence[str]) -> Integers:
    wanted = catalogue["is_active"].to_numpy(dtype=bool)
    if categories:
        wanted = wanted & catalogue["category"].isin(list(categories)).to_numpy()
    if not wanted.any():
        raise BadInputError(
            f"no active product to recommend (categories: {list(categories) or 'all'})",
            remedy="correct recommend.categories of the use case, or is_active of the products",
        )
    return np.flatnonzero(wanted)


def _structs(products: pd.DataFrame) -> pa.StructArray:
    columns = [pa.array(products[name], pa.string()) for name in ("product_id", "name")]
    return pa.StructArray.from_arrays(columns, names=["product_id", "name"])
