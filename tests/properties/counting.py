"""How many examples of each property are run, and were; one holds three to eight histories.

``EXAMPLES=thorough`` runs twenty times as many as the quick profile, which is the default.
"""

import functools
import os
from collections import Counter

from hypothesis import HealthCheck, given, settings

FACTOR = 20 if os.environ.get("EXAMPLES") == "thorough" else 1
ran: Counter[str] = Counter()


def examples(quick, *arguments, **strategies):
    """``given`` with a number of examples of the quick profile; those that ran are counted."""

    def decorate(test):
        @functools.wraps(test)
        def counted(*positional, **named):
            ran[test.__name__] += 1
            return test(*positional, **named)

        slow = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
        limits = settings(
            max_examples=quick * FACTOR, deadline=None, suppress_health_check=slow, print_blob=True
        )
        return limits(given(*arguments, **strategies)(counted))

    return decorate
