"""`mkt explain CUSTOMER_ID`: why a customer has this propensity."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from mkt_pipeline.cli.breakdown import (
    bars,
    broken_down,
    draw_breakdown,
    file_of,
    headline,
    recommended,
    refuse_unknown_form,
)
from mkt_pipeline.cli.options import AsOfOption, JsonOption, UseCaseOption
from mkt_pipeline.cli.pipeline import chosen, pipeline
from mkt_pipeline.cli.telling import print_json
from mkt_pipeline.cli.user import user
from mkt_pipeline.contracts.reason_rules import Language
from mkt_pipeline.errors import BadInputError

if TYPE_CHECKING:
    from mkt_pipeline.wiring.pipeline import Pipeline


def explain(
    customer_id: Annotated[str, typer.Argument(help="The customer's id in the CRM.")],
    as_of: AsOfOption = None,
    use_case: UseCaseOption = None,
    as_json: JsonOption = False,
    picture: Annotated[
        Path | None,
        typer.Option(
            help="Ask the model for everything that moved the propensity, not the strongest"
            " reasons alone, and draw it into this file (.png, .svg or .pdf)."
        ),
    ] = None,
    language: Annotated[
        Language | None,
        typer.Option(help="One of the use case's languages; the first by default."),
    ] = None,
    reason: Annotated[
        str, typer.Option(help="Why you look; is kept with your name, and must not tell who.")
    ] = "no reason was given at the command line",
) -> None:
    """Show one customer's segment and propensity with its reasons, and the products recommended.

    Of the day that is published, unless another is asked for.
    Looks in every use case; exit code 65 where the customer has a score in none. That you looked
    is recorded in campaign.audit, by a hash of the customer.
    """
    if picture:
        refuse_unknown_form(picture)
    steps = pipeline()
    names = chosen(steps, use_case)
    if language:
        for name in names:
            refuse_untold(steps, name, language)
    steps.look_up(customer_id, who=user(), reason=reason)
    found, refused = explanations(steps, names, customer_id, as_of=as_of)
    for one in found:
        one["language"] = language or steps.use_case(one["use_case"]).reasons.languages[0]
    if picture:
        for one in found:
            one["breakdown"] = broken_down(steps, one, file_of(picture, one["use_case"], found))
    if as_json:
        print_json(found)
        return
    for one in found:
        draw_breakdown(one) if picture else _draw(one)
    for error in refused.values():
        typer.echo(str(error))


def explanations(
    steps: "Pipeline", names: list[str], customer_id: str, *, as_of: str | None
) -> tuple[list[dict[str, Any]], Mapping[str, BadInputError]]:
    """What was said of the customer by each use case, and why others said nothing.

    Refused where none said anything; the error names all that were looked in.
    """
    found: list[dict[str, Any]] = []
    refused: dict[str, BadInputError] = {}
    steps.as_of(as_of)  # a day that is none is refused once, not by every use case
    for name in names:
        try:
            told = steps.explanation(name, customer_id, as_of=as_of or _published(steps, name))
        except BadInputError as error:
            refused[name] = error
        else:
            one = _with_segment(steps, told)
            found.append(one if as_of else beside_published(steps, one))
    if not found:
        raise _in_none(refused)
    return found, refused


def refuse_untold(steps: "Pipeline", use_case: str, language: str) -> None:
    """Reasons are told in the languages that the scores were made with."""
    told = steps.use_case(use_case).reasons.languages
    if language not in told:
        raise BadInputError(
            f"the reasons of {use_case} are not told in {language!r}",
            remedy=f"choose among {', '.join(told)}, or add it under reasons: languages: in"
            f" use_cases/{use_case}.yaml and score again",
        )


def _published(steps: "Pipeline", use_case: str) -> str | None:
    """The day that the campaign table shows; None where it shows none, which means today."""
    current = steps.campaign_database.current(use_case)
    return str(current.as_of) if current else None


def beside_published(steps: "Pipeline", one: dict[str, Any]) -> dict[str, Any]:
    """With what readers see, where the day was scored again and not published since."""
    row = steps.campaign_database.customer(one["use_case"], one["customer_id"])
    if row is None or str(row.as_of) != one["as_of"] or row.propensity == one["propensity"]:
        return one
    return {**one, "published": {"segment": row.segment, "propensity": row.propensity}}


def _in_none(refused: Mapping[str, BadInputError]) -> BadInputError:
    problems = dict.fromkeys(error.problem for error in refused.values())
    remedies = dict.fromkeys(error.remedy for error in refused.values())
    return BadInputError("; ".join(problems), remedy="; ".join(remedies))


def _with_segment(steps: "Pipeline", told: dict[str, Any]) -> dict[str, Any]:
    """The segment by the rule of the use case, as the publication of that day has it."""
    from mkt_pipeline.segments.rule import assign

    use_case, day = steps.use_case(told["use_case"]), steps.as_of(str(told["as_of"]))
    with steps.lake.session() as session:
        scores = steps.lake.score_table(session, use_case.name, day)
        # All customers of the day, for by capacity a segment is a matter of rank.
        everybody = session.stream(scores.select("customer_id", "propensity")).read_all()
    ids, propensities = (everybody[name].to_numpy() for name in ("customer_id", "propensity"))
    segments = assign(propensities=propensities, customer_ids=ids, rule=use_case.segments)
    (segment,) = segments[ids == told["customer_id"]]
    first = ("use_case", "as_of", "customer_id")
    return {**{key: told[key] for key in first}, "segment": segment, **told}


def _draw(one: dict[str, Any]) -> None:
    console = Console()
    console.print(headline(one))
    # The first language is plain `text`.
    text = f"text_{one['language']}"
    rows = [(reason.get(text, reason["text"]), signed(reason)) for reason in one["reasons"]]
    console.print(bars(rows))
    console.print(f"recommended: {recommended(one)}")


def signed(reason: Mapping[str, Any]) -> float:
    """The weight of a reason, negative where it lowers the propensity."""
    weight = abs(float(reason["weight"]))
    return weight if reason["direction"] == "raises" else -weight
