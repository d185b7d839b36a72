"""The kinds of values that settings take, and what is said of one that is wrong."""

from datetime import date
from typing import Annotated, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from mkt_pipeline.contracts.document_errors import broken_rule, shown
from mkt_pipeline.contracts.spelling import spelled


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("no such time zone is known; write for example Europe/London") from None
    return name


def _day(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("write a day as YYYY-MM-DD") from None


Port = Annotated[int, Field(ge=1024, le=65535)]
MailAddress = Annotated[
    str, spelled(r"[^@\s<>,]+@[^@\s<>,]+", "an address such as crm@example.com")
]
MemorySize = Annotated[str, spelled(r"[1-9]\d*(MB|GB)", "a size such as 600MB or 2GB")]
Day = Annotated[date, BeforeValidator(_day)]
TimeZone = Annotated[str, AfterValidator(_known_zone)]


def explained(error: ValidationError, settings: type[BaseModel], *, prefix: str) -> str:
    """Each variable that is wrong with its value, unless that is a secret, and the broken rule."""
    return "; ".join(_explained(problem, settings, prefix) for problem in error.errors())


def _explained(problem: ErrorDetails, settings: type[BaseModel], prefix: str) -> str:
    rule = broken_rule(problem)
    if not problem["loc"]:
        return rule
    place = str(problem["loc"][0])
    name = prefix + place.upper().removeprefix(prefix)
    field = settings.model_fields.get(place)
    if field is None:
        return f"{name} is no setting"
    secret = field.annotation is SecretStr or SecretStr in get_args(field.annotation)
    # An address may hold a password also where none belongs.
    if secret or "://" in str(problem["input"]):
        return f"{name}: {rule}"
    return f"{name} is {shown(problem['input'])}: {rule}"
