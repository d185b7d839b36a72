"""`mkt segments show`: what the campaign table shows now."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from mkt_pipeline.cli.options import JsonOption, UseCaseOption
from mkt_pipeline.cli.pipeline import chosen, pipeline
from mkt_pipeline.cli.telling import print_json

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
    """Counts, shares and some customers of the current publication."""
    steps, documents, console = pipeline(), [], Console()
    for name in chosen(steps, use_case):
        database = steps.campaign_database
        current = database.current(name)
        counts = database.segment_counts(name)
        customers = database.examples(name, examples) if examples else ()
        if as_json:
            documents.append(
                {
                    "use_case": name,
                    "publication": asdict(current) if current else None,
                    "segments": [asdict(count) for count in counts],
                    "examples": [asdict(customer) for customer in customers],
                }
            )
            continue
        if current is None:
            console.print(f"{name}: nothing is published yet → run `mkt night`")
            continue
        table = Table("segment", "customers", "share", "mean propensity", title_justify="left")
        table.title = f"{name} as of {current.as_of}, model version {current.model_version}"
        for count in counts:
            share, mean = count.share or 0, count.mean_propensity or 0
            table.add_row(count.segment, f"{count.customers:,}", f"{share:.1%}", f"{mean:.4f}")
        console.print(table)
        people = Table("customer", "propensity", "segment", "recommended", "because", box=None)
        for customer in customers:
            people.add_row(
                customer.customer_id,
                f"{customer.propensity:.1%}",
                customer.segment,
                ", ".join(str(p["name"]) for p in customer.recommended_products),
                "; ".join(str(reason["text"]) for reason in customer.reasons),
            )
        console.print(people)
    if as_json:
        print_json(documents)
