"""`mkt extract | features | train | recommender | score | publish | night`: steps of the DAGs."""

from collections.abc import Callable
from typing import Annotated

import typer

from mkt_pipeline.cli.held import HeldNights, decided
from mkt_pipeline.cli.options import AsOfOption, DryRunOption, JsonOption, UseCaseOption
from mkt_pipeline.cli.pipeline import chosen, pipeline
from mkt_pipeline.cli.telling import Told, tell, tell_lines
from mkt_pipeline.cli.user import user
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.wiring.told_people import settled


def extract(
    as_of: AsOfOption = None, dry_run: DryRunOption = False, as_json: JsonOption = False
) -> None:
    """Read what changed in the CRM into the lake."""
    tell([pipeline().extract(as_of=as_of, dry_run=dry_run)], as_json=as_json)


def features(
    as_of: AsOfOption = None,
    use_case: UseCaseOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Build the feature set of a day from what was known before it."""
    steps = pipeline()
    built = [steps.features(n, as_of=as_of, dry_run=dry_run) for n in chosen(steps, use_case)]
    tell(built, as_json=as_json)


def train(
    as_of: AsOfOption = None,
    use_case: UseCaseOption = None,
    trials: Annotated[
        int | None,
        typer.Option(min=1, help="Attempts at each candidate's parameters; 1: the defaults alone."),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0, help="No attempt at a candidate begins after so long.")
    ] = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Train a challenger on past days; it is promoted only if it passes the gate on later data."""
    steps, origin = pipeline(), {"user": user()}
    steps.extract_where_needed(as_of=as_of)
    trained = [
        steps.train(
            name, as_of=as_of, dry_run=dry_run, origin=origin, trials=trials, seconds=seconds
        )
        for name in chosen(steps, use_case)
    ]
    tell(trained, as_json=as_json)


def recommender(
    as_of: AsOfOption = None,
    use_case: UseCaseOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Compare the ways to recommend products on past windows; the simplest that is not beaten is
    used, if it also beats the one in use.
    """
    steps = pipeline()
    steps.extract_where_needed(as_of=as_of)
    names = chosen(steps, use_case)
    found = [steps.recommender(name, as_of=as_of, dry_run=dry_run) for name in names]
    tell(found, as_json=as_json)


def score(
    as_of: AsOfOption = None,
    use_case: UseCaseOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Score the feature set of a day with the champion."""
    steps = pipeline()
    scored = [steps.score(n, as_of=as_of, dry_run=dry_run) for n in chosen(steps, use_case)]
    tell(scored, as_json=as_json)


def publish(
    as_of: AsOfOption = None,
    use_case: UseCaseOption = None,
    dry_run: DryRunOption = False,
    release: Annotated[
        bool, typer.Option("--release", help="Publish a held night as it is; needs a reason.")
    ] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Drop a held night.")] = False,
    reason: Annotated[
        str | None, typer.Option(help="Why a held night is released or rejected; is kept.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Publish the segments of a day in the campaign table, all or nothing.

    A night outside the limits of its use case is held: exit code 70. With --release or --reject,
    decide about the held night of a day, or the latest where no day is named.
    """
    _refuse_mixture(dry_run=dry_run, release=release, reject=reject, reason=reason)
    steps = pipeline()
    if release or reject:
        tell(
            decided(steps, release=release, use_case=use_case, as_of=as_of, reason=reason),
            as_json=as_json,
        )
        settled(steps)
        return
    published: list[Told] = []
    held = HeldNights()
    for name in chosen(steps, use_case):
        with held.passed_over():
            done = steps.publish(name, as_of=as_of, dry_run=dry_run, origin={"user": user()})
            published.append(done)
    tell(published, as_json=as_json)
    if not dry_run:
        settled(steps)
    held.refuse()


def night(
    as_of: AsOfOption = None, use_case: UseCaseOption = None, as_json: JsonOption = False
) -> None:
    """One whole night without Airflow: extract, features, score and publish.

    Where one use case is held, the others are published all the same.
    """
    from mkt_pipeline.steps.memory import give_back_memory

    steps = pipeline()
    names = chosen(steps, use_case)
    day = str(steps.as_of(as_of))
    results: list[Told] = []
    held, origin = HeldNights(), {"user": user()}

    def done(step: Callable[[], Told]) -> None:
        results.append(step())
        give_back_memory()
        if not as_json:
            tell_lines(results[-1])

    done(lambda: steps.extract(as_of=day))
    for name in names:
        done(lambda name=name: steps.features(name, as_of=day))  # type: ignore[misc]
        done(lambda name=name: steps.score(name, as_of=day))  # type: ignore[misc]
        with held.passed_over():
            done(lambda name=name: steps.publish(name, as_of=day, origin=origin))  # type: ignore[misc]
    if as_json:
        tell(results, as_json=True)
    settled(steps)
    held.refuse()


def _refuse_mixture(*, dry_run: bool, release: bool, reject: bool, reason: str | None) -> None:
    """Each of these means another act."""
    asked = {"--dry-run": dry_run, "--release": release, "--reject": reject}
    given = [name for name, is_given in asked.items() if is_given]
    if len(given) > 1:
        raise BadInputError(f"{' and '.join(given)} exclude each other", remedy="give one of them")
    if reason is not None and not (release or reject):
        raise BadInputError(
            "--reason is given without a decision", remedy="add --release or --reject"
        )
