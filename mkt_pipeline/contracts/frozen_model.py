"""Frozen models read from YAML files, which refuse what they do not know."""

from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from mkt_pipeline.contracts.document_errors import explained
from mkt_pipeline.errors import BadInputError

MAX_BYTES = 262_144
"""A hand-written file is a few kilobytes; more is a mistake or an attack."""


class FrozenModel(BaseModel):
    """A document that a person writes: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def from_yaml(cls, path: Path) -> Self:
        """Read one YAML file; every problem in it is named in one error."""
        return cls.from_document(read_document(path), where=str(path))

    @classmethod
    def from_document(cls, document: object, *, where: str) -> Self:
        """Check one parsed document; ``where`` names it in the error."""
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            problems, remedy = explained(error, cls)
            raise BadInputError(f"{where}: {problems}", remedy=remedy) from None


_OPENING = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
MOST_LEVELS = 50
"""Far more than anything of ours has; parsing takes the square of the levels."""


def _refuse_aliases_and_depth(path: Path, text: str) -> None:
    levels = 0
    for token in yaml.scan(text):
        if isinstance(token, yaml.AliasToken):
            raise BadInputError(f"{path} uses a YAML alias", remedy="write the value out")
        levels += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if levels > MOST_LEVELS:
            raise BadInputError(f"{path} is nested too deeply", remedy="write it flat")


def read_document(path: Path) -> object:
    """The parsed content of one YAML file; refused with BadInputError is what is no plain YAML.

    Aliases (a short text can stand for a huge one), deep nesting, tags of Python, huge files.
    """
    if not path.is_file():
        raise BadInputError(f"{path} does not exist", remedy="check the name and the folder")
    if path.stat().st_size > MAX_BYTES:
        raise BadInputError(
            f"{path} is {path.stat().st_size} bytes", remedy=f"keep it under {MAX_BYTES}"
        )
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadInputError(f"{path} is not UTF-8", remedy="save it as UTF-8") from None
    try:
        _refuse_aliases_and_depth(path, text)
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        place = " ".join(str(error).split())
        raise BadInputError(f"{path} is not YAML: {place}", remedy="correct the syntax") from None
    except ValueError as error:
        # A number of thousands of digits, or a day that no month has.
        raise BadInputError(
            f"{path} holds a value that cannot be read: {error}", remedy="correct the value"
        ) from None
