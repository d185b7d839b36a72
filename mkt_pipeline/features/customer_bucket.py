"""The bucket of every customer, as an expression."""

import ibis
import ibis.expr.types as ir

from mkt_pipeline.contracts.customer_bucket import HASH_DIGITS


def customer_bucket(customer_id: ir.StringValue, buckets: int) -> ir.IntegerValue:
    """As ``contracts.customer_bucket.bucket_of``, for a column."""
    digits = customer_id.hexdigest("md5").substr(0, HASH_DIGITS)
    return (ibis.literal("0x") + digits).cast("int64") % buckets
