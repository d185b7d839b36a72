"""Buckets of customers, which stay the same whoever computes them, and the parts made of them.

A customer's bucket is the number that the first eight hexadecimal digits of the MD5 of its id (in
UTF-8) stand for, modulo the number of buckets. DuckDB, PostgreSQL, Python and Spark all have MD5;
the hashes that they call their own differ from one another, and from version to version.
"""

import hashlib

HASH_DIGITS = 8
CUSTOMERS_IN_BUCKET = 20_000
"""Customers at a time: what reasons need of memory grows with it."""

LEAST_BUCKETS = 16
"""So many workers can share the night of a few customers."""


def bucket_of(customer_id: str, buckets: int) -> int:
    """The bucket of one customer, from 0.

    >>> [bucket_of(one, 16) for one in ("C1", "C2", "Zoë")]
    [13, 5, 3]
    """
    digits = hashlib.md5(customer_id.encode(), usedforsecurity=False).hexdigest()[:HASH_DIGITS]
    return int(digits, 16) % buckets


def buckets_for(customers: int) -> int:
    """How many buckets so many customers take; it depends on nothing else."""
    return max(LEAST_BUCKETS, -(-customers // CUSTOMERS_IN_BUCKET))


def buckets_of_part(part: int, *, of: int, buckets: int) -> range:
    """The buckets of a part (from 1) of so many; one part follows the other without a gap.

    >>> [list(buckets_of_part(part, of=3, buckets=16)) for part in (1, 3)]
    [[0, 1, 2, 3, 4], [10, 11, 12, 13, 14, 15]]
    """
    return range(buckets * (part - 1) // of, buckets * part // of)
