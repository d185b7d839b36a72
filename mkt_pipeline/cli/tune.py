"""`mkt tune CANDIDATE`: search for the parameters of one kind of model."""

from typing import Annotated

import typer

from mkt_pipeline.cli.options import AsOfOption, JsonOption, UseCaseOption
from mkt_pipeline.cli.pipeline import chosen, pipeline
from mkt_pipeline.cli.telling import tell
from mkt_pipeline.errors import BadInputError


def tune(
    candidate: Annotated[str, typer.Argument(help="A kind of model, such as boosting.")],
    as_of: AsOfOption = None,
    use_case: UseCaseOption = None,
    trials: Annotated[
        int | None, typer.Option(min=1, help="Attempts at the parameters; 1: the defaults alone.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0, help="No attempt begins after so long.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Search for the parameters of one candidate; the next `mkt train` of the day goes on from it.

    Each attempt is a run in MLflow. Several candidates can be tuned at the same time.
    """
    steps = pipeline()
    names = [one for one in chosen(steps, use_case) if candidate in steps.candidates(one)]
    if not names:
        raise BadInputError(
            f"no use case asked for has the candidate {candidate}",
            remedy="name one of training.candidates of the use case, or add it there",
        )
    steps.extract_where_needed(as_of=as_of)
    tuned = [
        steps.tune(name, candidate, as_of=as_of, trials=trials, seconds=seconds) for name in names
    ]
    tell(tuned, as_json=as_json)
