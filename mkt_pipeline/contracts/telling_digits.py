"""How many decimals two numbers need, so that what is told does not contradict what was decided."""

MOST = 6


def telling_digits(value: float, limit: float, *, least: int = 0) -> int:
    """The fewest decimals, at least so many, by which ``value`` lies as it does to ``limit``.

    Both are percentages, or points of them; the sign of ``value`` is of no account. A limit that is
    not zero is not told as zero.

    >>> telling_digits(1.7, 1.5, least=1), telling_digits(0.02, 0.01), telling_digits(30.0, 20.0)
    (1, 2, 0)
    """
    outside = abs(value) > limit
    for digits in range(least, MOST):
        told = round(limit, digits)
        if (round(abs(value), digits) > told) == outside and bool(told) == bool(limit):
            return digits
    return MOST
