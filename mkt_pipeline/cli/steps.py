"""`mkt extract | features | train | score | publish | night`: the steps of the DAGs."""

from collections.abc import Callable

from mkt_pipeline.cli.options import AsOfOption, DryRunOption, JsonOption, UseCaseOption
from mkt_pipeline.cli.pipeline import chosen, pipeline
from mkt_pipeline.cli.telling import Told, tell, tell_lines


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
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Train a challenger on past days; it is promoted only if it is better on later data."""
    steps = pipeline()
    steps.extract_where_needed(as_of=as_of)
    trained = [steps.train(n, as_of=as_of, dry_run=dry_run) for n in chosen(steps, use_case)]
    tell(trained, as_json=as_json)


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
    as_json: JsonOption = False,
) -> None:
    """Publish the segments of a day in the campaign table, all or nothing."""
    steps = pipeline()
    published = [steps.publish(n, as_of=as_of, dry_run=dry_run) for n in chosen(steps, use_case)]
    tell(published, as_json=as_json)


def night(
    as_of: AsOfOption = None, use_case: UseCaseOption = None, as_json: JsonOption = False
) -> None:
    """One whole night without Airflow: extract, features, score and publish."""
    steps = pipeline()
    names = chosen(steps, use_case)
    day = str(steps.as_of(as_of))
    results: list[Told] = []

    def done(step: Callable[[], Told]) -> None:
        results.append(step())
        if not as_json:
            tell_lines(results[-1])

    done(lambda: steps.extract(as_of=day))
    for name in names:
        done(lambda name=name: steps.features(name, as_of=day))  # type: ignore[misc]
        done(lambda name=name: steps.score(name, as_of=day))  # type: ignore[misc]
        done(lambda name=name: steps.publish(name, as_of=day))  # type: ignore[misc]
    if as_json:
        tell(results, as_json=True)
