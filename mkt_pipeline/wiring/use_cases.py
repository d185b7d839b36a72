"""Which use cases run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mkt_pipeline.contracts.source import refuse_absent
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.settings import Settings


@dataclass(frozen=True)
class ConfiguredUseCases:
    """Those that can be read, by name, and why the others cannot.

    One whose document is broken is no reason to stop the nights of the others; whoever needs all
    of them asks for ``every``.
    """

    names: tuple[str, ...]
    readable: Mapping[str, UseCase]
    broken: Mapping[str, BadInputError]

    @property
    def every(self) -> Mapping[str, UseCase]:
        """All by name; raises the error of the first that is broken."""
        for error in self.broken.values():
            raise error
        return self.readable


def use_cases_of(settings: Settings) -> tuple[UseCase, ...]:
    """All configured use cases; BadInputError where one is broken."""
    return tuple(configured(settings).every.values())


def configured(settings: Settings) -> ConfiguredUseCases:
    """The use cases that are set, else all that list the source; a broken one may, so it counts.

    None at all is refused, and so is a source without a folder, for a misspelt MKT_SOURCE.
    """
    refuse_absent(settings.project / "sources" / settings.source)
    found = dict(_found(settings))
    if not found:
        raise BadInputError(
            f"no use case in {settings.project / 'use_cases'} lists the source {settings.source}",
            remedy="write one, or set MKT_SOURCE",
        )
    return ConfiguredUseCases(
        names=tuple(found),
        readable={name: one for name, one in found.items() if isinstance(one, UseCase)},
        broken={name: one for name, one in found.items() if isinstance(one, BadInputError)},
    )


def _found(settings: Settings) -> Iterator[tuple[str, UseCase | BadInputError]]:
    folder = settings.project / "use_cases"
    named = settings.use_cases
    for name in named or [path.stem for path in sorted(folder.glob("*.yaml"))]:
        try:
            use_case = _read(settings, name)
        except BadInputError as error:
            yield name, error
            continue
        if settings.source in use_case.sources:
            yield name, use_case
        elif named:
            yield (
                name,
                BadInputError(
                    f"use case {name} does not list the source {settings.source}",
                    remedy=f"add it to `sources` in {folder / name}.yaml",
                ),
            )


def _read(settings: Settings, name: str) -> UseCase:
    path = settings.project / "use_cases" / f"{name}.yaml"
    use_case = UseCase.from_yaml(path)
    if use_case.name != name:
        raise BadInputError(
            f"{path} names its use case {use_case.name!r}", remedy="name the file after it"
        )
    return use_case
