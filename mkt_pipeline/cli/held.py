"""Held nights at the command line: others go on beside them, and a person decides about them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mkt_pipeline.cli.pipeline import chosen
from mkt_pipeline.cli.telling import Told
from mkt_pipeline.cli.user import user
from mkt_pipeline.errors import BadInputError, FailNowError

if TYPE_CHECKING:
    from mkt_pipeline.wiring.pipeline import Pipeline


class HeldNights:
    """Nights that were held while others went on; told together at the end."""

    def __init__(self) -> None:
        self.errors: list[FailNowError] = []

    @contextmanager
    def passed_over(self) -> Iterator[None]:
        """Note a held night and go on; every other error is passed on."""
        from mkt_pipeline.campaign.publication_held import PublicationHeldError

        try:
            yield
        except PublicationHeldError as held:
            self.errors.append(held)

    def refuse(self) -> None:
        """Raise what was noted: the error itself where it is one, else one that names all."""
        if len(self.errors) == 1:
            raise self.errors[0]
        if self.errors:
            raise FailNowError(
                "; ".join(error.problem for error in self.errors),
                remedy="; ".join(error.remedy for error in self.errors),
            )


def decided(
    steps: "Pipeline",
    *,
    release: bool,
    use_case: str | None,
    as_of: str | None,
    reason: str | None,
) -> list[Told]:
    """Release or reject what is held: of one use case or of all, of one day or the latest."""
    from mkt_pipeline.steps.held_publications import reject_held, release_held

    campaign, day = steps.campaign_database, steps.as_of(as_of) if as_of else None
    if release and not (reason or "").strip():
        raise BadInputError(
            "a release needs a reason", remedy='say why it may be published: --reason "..."'
        )
    names = [use_case] if use_case else _with_held_nights(steps, as_of)
    results: list[Told] = []
    for name in names:
        known = steps.use_case(name).name
        if release:
            told = release_held(
                campaign=campaign, use_case=known, as_of=day, who=user(), reason=reason or ""
            )
            results.append(told)
        else:
            results.append(
                reject_held(campaign=campaign, use_case=known, as_of=day, who=user(), reason=reason)
            )
    return results


def _with_held_nights(steps: "Pipeline", as_of: str | None) -> list[str]:
    names = chosen(steps, None)
    held = [
        name
        for name in names
        if any(as_of in (None, str(o.as_of)) for o in steps.campaign_database.held(name))
    ]
    if not held:
        day = f" as of {as_of}" if as_of else ""
        raise BadInputError(
            f"no night of {' or '.join(names)}{day} is held",
            remedy="`mkt runs` lists the nights with their state",
        )
    return held
