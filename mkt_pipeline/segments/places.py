"""Numbers among other numbers: where each of them stands."""

from dataclasses import replace

import numpy as np

from mkt_pipeline.segments.purchase_evidence import Events, Integers


def places(chosen: Integers, *, among: int) -> Integers:
    """For each of so many numbers its place in ``chosen``, -1 where it is not there."""
    found = np.full(among, -1, dtype=np.int64)
    found[chosen] = np.arange(len(chosen))
    return found


def events_of(candidates: Integers, events: Events, *, products: int) -> Events:
    """The events of candidates, with their places for product numbers."""
    place = places(candidates, among=products)[events.product]
    return replace(events, product=place).where(place >= 0)
