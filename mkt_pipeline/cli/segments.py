"""`mkt segments show`: what the campaign table shows now."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from mkt_pipeline.cli.options import JsonOption, UseCaseOption
from mkt_pipeline.cli.pipeline import chosen, pipeline
from mkt_pipeline.cli.runs import held_line, rollback_line
from mkt_pipeline.cli.telling import PUBLISH_A_NIGHT, nothing_published, print_json, reason_line
from mkt_pipeline.errors import FailNowError

if TYPE_CHECKING:
    from mkt_pipeline.campaign.database import CampaignDatabase
    from mkt_pipeline.campaign.publication import CustomerSegment

app = typer.Typer(no_args_is_help=True, help="Look at the published segments.")


@app.callback()
def _segments() -> None:
    """Look at the published segments."""


@app.command()
def show(
    use_case: UseCaseOption = None,
    examples: Annotated[int, typer.Option(min=0, max=100, help="Example customers.")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Counts, shares and some customers of the current publication; held nights and rollbacks.

    Exit code 70 where a use case has no publication yet.
    """
    steps, console = pipeline(), Console()
    names = chosen(steps, use_case)
    found = {name: _read(steps.campaign_database, name, examples) for name in names}
    if as_json:
        print_json([_document(name, one) for name, one in found.items()])
    else:
        for name, one in found.items():
            if one["publication"] is not None:
                _draw(console, name, one)
    missing = [name for name, one in found.items() if one["publication"] is None]
    if missing:
        raise FailNowError(nothing_published(missing), remedy=PUBLISH_A_NIGHT)


def _read(database: "CampaignDatabase", name: str, examples: int) -> dict[str, Any]:
    current, last = database.current(name), database.switches(name, limit=1)
    rolled_back = [s for s in last if s.cause == "rollback"]
    return {
        "publication": current,
        "held": [
            one for one in database.held(name) if current is None or one.as_of >= current.as_of
        ],
        "rollback": rolled_back[0] if rolled_back else None,
        "segments": database.segment_counts(name),
        "examples": database.examples(name, examples) if examples else (),
    }


def _document(name: str, one: dict[str, Any]) -> dict[str, Any]:
    current = one["publication"]
    return {
        "use_case": name,
        "publication": asdict(current) if current else None,
        "held": [asdict(held) for held in one["held"]],
        "rollback": asdict(one["rollback"]) if one["rollback"] else None,
        "segments": [asdict(count) for count in one["segments"]],
        "examples": [asdict(customer) for customer in one["examples"]],
    }


def _draw(console: Console, name: str, one: dict[str, Any]) -> None:
    current = one["publication"]
    table = Table("segment", "customers", "share", "mean propensity", title_justify="left")
    table.title = f"{name} as of {current.as_of}, model version {current.model_version}"
    for count in one["segments"]:
        share, mean = count.share or 0, count.mean_propensity or 0
        table.add_row(count.segment, f"{count.customers:,}", f"{share:.1%}", f"{mean:.4f}")
    console.print(table)
    notes = [held_line(held) for held in one["held"]]
    notes += [rollback_line(one["rollback"])] if one["rollback"] else []
    for note in notes:
        console.print(note, markup=False, highlight=False, soft_wrap=True)
    if one["examples"]:
        console.print(_people(one["examples"]))


def _people(customers: Sequence["CustomerSegment"]) -> Table:
    people = Table("customer", "propensity", "segment", "recommended", "because", box=None)
    for customer in customers:
        people.add_row(
            customer.customer_id,
            f"{customer.propensity:.1%}",
            customer.segment,
            ", ".join(str(p["name"]) for p in customer.recommended_products),
            "\n".join(reason_line(reason) for reason in customer.reasons),
        )
    return people
