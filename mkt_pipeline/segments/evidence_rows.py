"""Evidence of some customers after the others, from a stream that is never held as a whole."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
from scipy import sparse


class EvidenceRows:
    """Rows of the matrix of customers by sources, in the order of the customers' numbers.

    ``batches`` have the columns number (from 0), source and weight, ordered by number; customers
    without evidence have no row. ``sources`` is the number of columns of the matrix.
    """

    def __init__(self, batches: Iterable[pa.RecordBatch], *, sources: int) -> None:
        self._batches, self._sources, self._next = iter(batches), sources, 0
        self._read = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))]

    def take(self, customers: int) -> sparse.csr_matrix:
        """The next so many customers, of shape [customers, sources], float32."""
        first, after = self._next, self._next + customers
        while not self._complete(after) and (batch := next(self._batches, None)) is not None:
            if batch.num_rows:
                columns = (batch[name].to_numpy() for name in ("number", "source", "weight"))
                number, source, weight = columns
                self._read.append((number, source, weight.astype(np.float32)))
        number, source, weight = (np.concatenate(parts) for parts in zip(*self._read, strict=True))
        end = int(np.searchsorted(number, after))
        self._read, self._next = [(number[end:], source[end:], weight[end:])], after
        cells = (weight[:end], (number[:end] - first, source[:end]))
        return sparse.coo_matrix(cells, shape=(customers, self._sources)).tocsr()

    def _complete(self, after: int) -> bool:
        """Whether everything of the customers before ``after`` has been read."""
        number = self._read[-1][0]
        return bool(len(number)) and int(number[-1]) >= after
