"""A customer's key as a person types it."""

from mkt_pipeline.errors import BadInputError


def refuse_unusable_id(customer_id: str) -> None:
    """Refuse a key that no customer can have; it is not repeated, for logs keep messages."""
    if not customer_id.strip():
        raise BadInputError("no customer was named", remedy="give the customer's key in the CRM")
    try:
        customer_id.encode()
    except UnicodeEncodeError:
        raise BadInputError(
            "the customer's key is not UTF-8", remedy="set the terminal to UTF-8 and type it again"
        ) from None
    if "\0" in customer_id:
        raise BadInputError(
            "the customer's key holds a zero byte", remedy="give the key as the CRM shows it"
        )
