"""The hidden state of every customer: one array per trait, one position per customer."""

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

NEVER = -1.0e6
"""A day long before all others, where something has not happened yet."""


@dataclass
class Population:
    """Customers in columns of equal length; days count from 1970-01-01.

    What drives behaviour (``process.py``) is either a stable trait that the CRM shows or a memory
    of events that it shows: memories count events and fade with a fixed time. Only ``lean``, a
    small personal tendency, is shown nowhere.
    """

    person_id: Integers
    household_id: Integers
    created_day: Integers
    alive: Flags
    business: Flags
    taste: Integers
    contract: Integers
    annual_km: Floats
    distance_km: Floats
    birth_year: Integers
    lean: Floats
    email_consent: Flags
    phone_consent: Flags
    vehicle_id: Integers
    vehicle_day: Floats
    served_day: Floats
    web: Floats
    drive: Floats
    quote: Floats
    click: Floats
    life: Floats
    repair: Floats
    booking: Floats
    complaint: Floats
    click_mailing: Integers
    click_day: Floats

    def __len__(self) -> int:
        return len(self.person_id)

    def columns(self) -> dict[str, NDArray[Any]]:
        """The arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def first(self, count: int) -> Self:
        """The first ``count`` customers, sharing memory: what changes there changes here."""
        return type(self)(**{name: array[:count] for name, array in self.columns().items()})

    def chosen(self, positions: Integers) -> Self:
        """A copy of the customers at these positions."""
        return type(self)(**{name: array[positions] for name, array in self.columns().items()})

    def joined_by(self, others: Self) -> Self:
        """These customers followed by ``others``, as a copy."""
        theirs = others.columns()
        return type(self)(
            **{
                name: np.concatenate([array, theirs[name]])
                for name, array in self.columns().items()
            }
        )
