"""What a recommender offers to customers whose evidence is in data frames, by the night's own way.

The frames become tables of a session, as those of the lake are.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from scipy import sparse

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.features.evidence_weights import evidence_weights
from mkt_pipeline.lake.session import open_session
from mkt_pipeline.segments.assortment import Assortment, assortment
from mkt_pipeline.segments.evidence_rows import EvidenceRows
from mkt_pipeline.segments.recommend import Recommender, recommender

TEXTS = ("customer_id", "product_id", "kind")
ROWS_AT_ONCE = 3
"""Few, so that the evidence of a customer lies across batches."""


@dataclass(frozen=True)
class Shop:
    """A recommender, and all that happened."""

    recommender: Recommender
    assortment: Assortment
    evidence: pd.DataFrame
    purchases: pd.DataFrame
    as_of: AsOf

    def matrix(self, ids: list[str]) -> sparse.csr_matrix:
        """The evidence of these customers, in this order."""
        numbered = pa.table({"customer_id": pa.array(ids, pa.string()), "number": range(len(ids))})
        layout = self.assortment.layout
        with (
            tempfile.TemporaryDirectory() as folder,
            open_session(folder=Path(folder), memory_limit="200MB", threads=2) as session,
        ):
            weights = evidence_weights(
                purchases=session.register(_known(self.purchases, self.as_of)),
                others=session.register(_known(self.evidence, self.as_of)),
                customers=session.register(numbered),
                sources=session.register(layout.sources),
                as_of=self.as_of,
                half_life_days=layout.half_life_days,
                other_half_life_days=layout.other_half_life_days,
            )
            read = session.stream(weights).read_all()
        batches = read.to_batches(max_chunksize=ROWS_AT_ONCE)
        rows = EvidenceRows(batches, sources=layout.sources.num_rows)
        half = len(ids) // 2
        return sparse.vstack([rows.take(half), rows.take(len(ids) - half)], format="csr")

    def lists(self, ids: list[str]) -> list[list[dict[str, str]]]:
        """What is recommended to each of these customers."""
        offers: list[list[dict[str, str]]] = self.recommender.lists(self.matrix(ids)).to_pylist()
        return offers

    def documents(self, ids: list[str]) -> list[str]:
        """The same as JSON documents."""
        documents: list[str] = self.recommender.documents(self.matrix(ids)).to_pylist()
        return documents


def shop(
    *,
    evidence: pd.DataFrame,
    purchases: pd.DataFrame,
    products: pd.DataFrame,
    as_of: AsOf,
    categories: tuple[str, ...] = (),
    **given: Any,
) -> Shop:
    """A shop whose recommender has learned from all that happened."""
    offer = assortment(
        evidence=evidence,
        purchases=purchases,
        products=products,
        as_of=as_of.cutoff,
        categories=categories,
    )
    return Shop(recommender(offer, **given), offer, evidence, purchases, as_of)


def _known(events: pd.DataFrame, as_of: AsOf) -> pa.Table:
    """As ``features.product_evidence`` gives them: from before the as-of."""
    known = events[events["happened_at"] < as_of.cutoff]
    times = pa.array(known["happened_at"].dt.tz_convert(None).astype("datetime64[us]").to_numpy())
    names = [name for name in TEXTS if name in known.columns]
    columns = {name: pa.array(known[name].tolist(), pa.string()) for name in names}
    return pa.table({**columns, "happened_at": times.cast(pa.timestamp("us", "UTC"))})
