"""Where each piece of evidence stands in the matrix, and how fast it is forgotten."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from mkt_pipeline.segments.evidence_matrix import OTHER_HALF_LIFE_DAYS

_SOURCES = pa.schema([("kind", pa.string()), ("product_id", pa.string()), ("source", pa.int64())])


@dataclass(frozen=True)
class EvidenceLayout:
    """Source k * len(product_ids) + p is product p by kind k; purchases are kind 0.

    A purchase weighs half after ``half_life_days``, all else after ``other_half_life_days``.
    """

    kinds: tuple[str, ...]
    product_ids: tuple[str, ...]
    half_life_days: float
    other_half_life_days: float = OTHER_HALF_LIFE_DAYS

    @property
    def sources(self) -> pa.Table:
        """kind, product_id and source: one row for everything that counts as evidence."""
        kinds, products = len(self.kinds), len(self.product_ids)
        return pa.table(
            {
                "kind": np.repeat(np.array(self.kinds, dtype=object), products),
                "product_id": np.tile(np.array(self.product_ids, dtype=object), kinds),
                "source": np.arange(kinds * products),
            },
            schema=_SOURCES,
        )
