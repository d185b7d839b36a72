"""Which use cases run."""

from mkt_pipeline.contracts.source import refuse_absent
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.settings import Settings


def use_cases_of(settings: Settings) -> tuple[UseCase, ...]:
    """The use cases that are set, else all that list the source.

    None at all is refused, and so is a source without a folder, for a misspelt MKT_SOURCE.
    """
    refuse_absent(settings.project / "sources" / settings.source)
    folder = settings.project / "use_cases"
    if settings.use_cases:
        found = [_read(settings, name) for name in settings.use_cases]
    else:
        every = (_read(settings, path.stem) for path in sorted(folder.glob("*.yaml")))
        found = [use_case for use_case in every if settings.source in use_case.sources]
    for use_case in found:
        if settings.source not in use_case.sources:
            raise BadInputError(
                f"use case {use_case.name} does not list the source {settings.source}",
                remedy=f"add it to `sources` in {folder / use_case.name}.yaml",
            )
    if not found:
        raise BadInputError(
            f"no use case in {folder} lists the source {settings.source}",
            remedy="write one, or set MKT_SOURCE",
        )
    return tuple(found)


def _read(settings: Settings, name: str) -> UseCase:
    path = settings.project / "use_cases" / f"{name}.yaml"
    use_case = UseCase.from_yaml(path)
    if use_case.name != name:
        raise BadInputError(
            f"{path} names its use case {use_case.name!r}", remedy="name the file after it"
        )
    return use_case
