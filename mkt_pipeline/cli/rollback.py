"""`mkt rollback`: make an earlier publication current again."""

from typing import Annotated

import typer

from mkt_pipeline.cli.options import JsonOption
from mkt_pipeline.cli.pipeline import pipeline
from mkt_pipeline.cli.telling import tell
from mkt_pipeline.cli.user import user
from mkt_pipeline.wiring.told_people import settled


def rollback(
    use_case: Annotated[str, typer.Option("--use-case", help="The use case.")],
    reason: Annotated[str, typer.Option(help="Why; is kept with your name.")],
    to: Annotated[
        str | None,
        typer.Option(help="Day to go back to, YYYY-MM-DD; that before the current by default."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make an earlier publication current again, and withdraw those of later days.

    The next night publishes as usual. Exit code 65 where there is nothing to go back to.
    """
    from mkt_pipeline.steps.held_publications import roll_back_publication

    steps = pipeline()
    rolled_back = roll_back_publication(
        campaign=steps.campaign_database,
        use_case=steps.use_case(use_case).name,
        to=steps.as_of(to) if to else None,
        who=user(),
        reason=reason,
    )
    tell([rolled_back], as_json=as_json)
    settled(steps)
