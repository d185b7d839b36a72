"""What the dealership sells and where its customers live: fixed lists, all made up."""

from dataclasses import dataclass

BODY_TYPES = ("city car", "estate", "SUV", "van")
"""What a person likes to drive; the index is the ``taste`` of the population."""


@dataclass(frozen=True)
class Trim:
    """One trim of a model; ``body`` is an index of BODY_TYPES, ``price`` the list price in EUR."""

    trim_id: int
    model_id: int
    model: str
    name: str
    body: int
    price: float


@dataclass(frozen=True)
class Package:
    """One service package; ``is_repair`` tells what was broken from what was due."""

    package_id: int
    name: str
    price: float
    is_repair: bool


_MODELS = (
    ("Lark", 0, 16_900.0),
    ("Wren", 0, 21_400.0),
    ("Heron", 1, 29_800.0),
    ("Crane", 1, 36_500.0),
    ("Kestrel", 2, 33_200.0),
    ("Condor", 2, 47_900.0),
    ("Stork", 3, 31_600.0),
    ("Pelican", 3, 42_300.0),
)
_TRIMS = (("Base", 1.0), ("Comfort", 1.12), ("Sport", 1.27))

MODELS = tuple((number, name, body) for number, (name, body, _) in enumerate(_MODELS, start=1))
"""Model id, name and body type."""

TRIMS = tuple(
    Trim(3 * m + t + 1, m + 1, name, trim, body, round(price * factor, -2))
    for m, (name, body, price) in enumerate(_MODELS)
    for t, (trim, factor) in enumerate(_TRIMS)
)
"""Ids run from 1 without a gap; the six trims of a body type lie together."""

TRIMS_PER_BODY = len(TRIMS) // len(BODY_TYPES)

PACKAGES = (
    Package(1, "Oil service", 189.0, is_repair=False),
    Package(2, "Small inspection", 329.0, is_repair=False),
    Package(3, "Large inspection", 549.0, is_repair=False),
    Package(4, "Tyre change", 89.0, is_repair=False),
    Package(5, "Brake repair", 640.0, is_repair=True),
    Package(6, "Bodywork repair", 980.0, is_repair=True),
)
"""Ids run from 1 without a gap, what is due before what is broken."""

DUE_PACKAGES = sum(not package.is_repair for package in PACKAGES)

CITIES = (
    ("Hamburg", "North"),
    ("Bremen", "North"),
    ("Kiel", "North"),
    ("Berlin", "East"),
    ("Leipzig", "East"),
    ("Dresden", "East"),
    ("Stuttgart", "South"),
    ("Munich", "South"),
    ("Nuremberg", "South"),
    ("Cologne", "West"),
    ("Essen", "West"),
    ("Dortmund", "West"),
)
COUNTRY = "Germany"

ORIGINS = ("showroom", "web form", "fair", "recommendation", "phone")
"""How a person came into the CRM."""

CONTRACTS = ("lease", "loan", "cash")
"""How a person likes to pay for a vehicle; it sets how long one is kept."""

HOLDING_DAYS = (1095.0, 1460.0, 2010.0)
"""The usual time until replacement, for each of CONTRACTS."""
