"""`mkt champion`: which model scores, and a person's decision about it."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mkt_pipeline.cli.options import JsonOption
from mkt_pipeline.cli.pipeline import pipeline
from mkt_pipeline.cli.telling import tell
from mkt_pipeline.cli.user import user

if TYPE_CHECKING:
    from mkt_pipeline.tracking.kept_models import KeptModels
    from mkt_pipeline.wiring.pipeline import Pipeline

app = typer.Typer(
    no_args_is_help=True, help="Which model scores, why, and a person's decision about it."
)

UseCaseOption = Annotated[str, typer.Option("--use-case", help="The use case.")]
Kind = Literal["propensity", "recommender"]
ModelOption = Annotated[
    Kind, typer.Option("--model", help="The model that scores, or what chooses the products.")
]
ReasonOption = Annotated[str, typer.Option(help="Why; is kept with your name.")]


@app.command()
def show(
    use_case: UseCaseOption, model: ModelOption = "propensity", as_json: JsonOption = False
) -> None:
    """Show champion, challenger and the champion before, and the latest decisions."""
    from mkt_pipeline.steps.champion import standing

    steps = pipeline()
    found = standing(
        tracking=_kept(steps, model),
        decisions=steps.model_decisions,
        use_case=steps.use_case(use_case).name,
    )
    tell([found], as_json=as_json)


@app.command()
def compare(
    use_case: UseCaseOption,
    version: Annotated[
        int | None, typer.Option(min=1, help="The challenger by default, else the champion.")
    ] = None,
    model: ModelOption = "propensity",
) -> None:
    """Show what the gate compared after the training of a version, as Markdown."""
    from mkt_pipeline.steps.champion import decision_page

    steps = pipeline()
    name = steps.use_case(use_case).name
    typer.echo(decision_page(tracking=_kept(steps, model), use_case=name, version=version))


@app.command()
def promote(
    version: Annotated[int, typer.Argument(min=1, help="The version to score with.")],
    use_case: UseCaseOption,
    reason: ReasonOption,
    model: ModelOption = "propensity",
    as_json: JsonOption = False,
) -> None:
    """Make a version champion, whatever the gate said; recorded with your name."""
    from mkt_pipeline.steps.champion import promote_version

    steps = pipeline()
    done = promote_version(
        tracking=_kept(steps, model),
        decisions=steps.model_decisions,
        use_case=steps.use_case(use_case).name,
        version=version,
        who=user(),
        reason=reason,
    )
    tell([done], as_json=as_json)


@app.command()
def rollback(
    use_case: UseCaseOption,
    reason: ReasonOption,
    model: ModelOption = "propensity",
    as_json: JsonOption = False,
) -> None:
    """Make the champion before the present one champion again; recorded with your name."""
    from mkt_pipeline.steps.champion import roll_back_champion

    steps = pipeline()
    done = roll_back_champion(
        tracking=_kept(steps, model),
        decisions=steps.model_decisions,
        use_case=steps.use_case(use_case).name,
        who=user(),
        reason=reason,
    )
    tell([done], as_json=as_json)


def _kept(steps: "Pipeline", model: Kind) -> "KeptModels":
    return steps.tracking if model == "propensity" else steps.tracking.recommenders
