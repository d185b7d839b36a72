"""What is wrong with a document that a person wrote: key, value and remedy, in our words."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

LONGEST_VALUE = 60
"""Characters; more of a value hides the message around it."""

Wrong = tuple[str, str]
"""What is wrong, and its remedy."""


def explained(error: ValidationError, model: type[BaseModel]) -> Wrong:
    """All problems of one document, and all their remedies, each once."""
    found = [_explained(problem, model) for problem in error.errors()]
    return _joined(problem for problem, _ in found), _joined(remedy for _, remedy in found)


def _explained(problem: ErrorDetails, model: type[BaseModel]) -> Wrong:
    place, value = problem["loc"], problem["input"]
    if problem["type"] == "extra_forbidden":
        keys = _keys(_model_at(model, place[:-1]))
        return f"unknown key {_key(model, place)}", f"allowed keys there: {keys}"
    if problem["type"] == "missing":
        return f"{_key(model, place)} is missing", "write that key with a value"
    if problem["type"].startswith("union_tag"):
        return _no_choice(_key(model, place), value, problem["ctx"], _field_at(model, place))
    if problem["type"] in {"model_type", "model_attributes_type"}:
        return _no_keys(model, place, value)
    if problem["type"] in {"tuple_type", "frozen_set_type"}:
        return f"{_key(model, place)} is {shown(value)}", "write a list, such as [one, two]"
    key = _key(model, place)
    if problem["type"] == "value_error" and not isinstance(value, str):
        return f"{key}: {broken_rule(problem)}", "correct the value"
    return f"{key} is {shown(value)}: {broken_rule(problem)}", "correct the value"


def _no_keys(model: type[BaseModel], place: Sequence[int | str], value: object) -> Wrong:
    """A place that wants keys and values, and has nothing or one value."""
    keys, field = _keys(_model_at(model, place)), _field_at(model, place)
    if field is None:
        return f"the file {_holds(value)}", f"write keys and values: {keys}"
    remedy = f"write keys and values under it ({keys})"
    return (
        f"{_key(model, place)} is {shown(value)}",
        remedy if field.is_required() else f"{remedy}, or leave the key out",
    )


def _no_choice(key: str, value: object, context: dict[str, Any], field: FieldInfo | None) -> Wrong:
    """A choice of models whose deciding key is missing or names none of them."""
    decides = str(context["discriminator"]).strip("'")
    models = _models_in(field.annotation) if field else ()
    tags = [str(tag) for one in models for tag in get_args(one.model_fields[decides].annotation)]
    given = value.get(decides) if isinstance(value, dict) else None
    problem = "is missing" if given is None else f"is {shown(given)}"
    return f"{key}.{decides} {problem}", f"write one of {', '.join(tags)}"


def _model_at(model: type[BaseModel], place: Sequence[int | str]) -> type[BaseModel] | None:
    """The model that checks this place: keys of a document, and tags of a choice of models."""
    choice: tuple[type[BaseModel], ...] = (model,)
    for step in place:
        if len(choice) > 1:
            choice = tuple(one for one in choice if step in _tags(one))
        elif choice and step in choice[0].model_fields:
            choice = _models_in(choice[0].model_fields[str(step)].annotation)
        else:
            return None
    return choice[0] if choice else None


def _models_in(annotation: object) -> tuple[type[BaseModel], ...]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return (annotation,)
    return tuple(found for part in get_args(annotation) for found in _models_in(part))


def _tags(model: type[BaseModel]) -> set[object]:
    fields: Iterable[FieldInfo] = model.model_fields.values()
    return {value for field in fields for value in get_args(field.annotation)}


def _field_at(model: type[BaseModel], place: Sequence[int | str]) -> FieldInfo | None:
    parent = _model_at(model, place[:-1]) if place else None
    return parent.model_fields.get(str(place[-1])) if parent else None


def _key(model: type[BaseModel], place: Sequence[int | str]) -> str:
    """The keys as they stand in the file, without the tags of choices."""
    steps = (str(step) for at, step in enumerate(place) if not _is_tag(model, place[:at], step))
    return ".".join(steps) or "the file"


def _is_tag(model: type[BaseModel], before: Sequence[int | str], step: int | str) -> bool:
    field = _field_at(model, before)
    models = _models_in(field.annotation) if field else ()
    return len(models) > 1 and any(step in _tags(one) for one in models)


def _keys(model: type[BaseModel] | None) -> str:
    """What a person may write; what is read from elsewhere is excluded from the document."""
    fields = model.model_fields.items() if model else ()
    return ", ".join(name for name, field in fields if not field.exclude)


def _holds(value: object) -> str:
    return "is empty" if value is None else f"holds {shown(value)}, not keys and values"


def shown(value: object) -> str:
    """A value as it may stand in a message."""
    if value is None:
        return "empty"
    text = repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def broken_rule(problem: ErrorDetails) -> str:
    """The rule that is broken; pydantic's own words begin with what the input should do."""
    told = problem["msg"].removeprefix("Value error, ")
    return re.sub(r"^(Input|String|Tuple|Set|List|Dictionary|Mapping) should", "it must", told)


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(texts))
