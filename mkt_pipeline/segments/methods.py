"""The ways to recommend that compete. To add one: one file beside these, and one line here."""

from collections.abc import Sequence

from mkt_pipeline.errors import BadInputError
from mkt_pipeline.segments.item_to_item import ITEM_TO_ITEM
from mkt_pipeline.segments.matrix_factorisation import MATRIX_FACTORISATION
from mkt_pipeline.segments.method import Method
from mkt_pipeline.segments.personal_frequency import PERSONAL_FREQUENCY
from mkt_pipeline.segments.popularity import POPULARITY

METHODS: tuple[Method, ...] = (
    POPULARITY,
    PERSONAL_FREQUENCY,
    ITEM_TO_ITEM,
    MATRIX_FACTORISATION,
)
"""In the order of simplicity: the first that no other beats is used."""

BASELINES = (POPULARITY.name, PERSONAL_FREQUENCY.name)
"""Compared whatever a use case names, for every method is held against them."""


def methods_named(names: Sequence[str]) -> tuple[Method, ...]:
    """The methods of these names, in the order of simplicity. Refused: an unknown name."""
    known = {method.name for method in METHODS}
    if unknown := sorted(set(names) - known):
        raise BadInputError(
            f"there is no way to recommend that is called {', '.join(unknown)}",
            remedy=f"choose among {', '.join(method.name for method in METHODS)}",
        )
    return tuple(method for method in METHODS if method.name in names)
