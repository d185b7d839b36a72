"""`mkt explain CUSTOMER_ID`: why a customer has this propensity."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from mkt_pipeline.cli.options import AsOfOption, JsonOption, UseCaseOption
from mkt_pipeline.cli.pipeline import chosen, pipeline
from mkt_pipeline.cli.telling import print_json


def explain(
    customer_id: Annotated[str, typer.Argument(help="The customer's id in the CRM.")],
    as_of: AsOfOption = None,
    use_case: UseCaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one customer's propensity with its reasons, and the products recommended."""
    steps = pipeline()
    found = [steps.explanation(name, customer_id, as_of=as_of) for name in chosen(steps, use_case)]
    if as_json:
        print_json(found)
        return
    for one in found:
        _draw(one)


def _draw(one: dict[str, Any]) -> None:
    console = Console()
    console.print(
        f"[bold]{one['use_case']}[/] as of {one['as_of']}: customer {one['customer_id']},"
        f" propensity {one['propensity']:.2%} (model version {one['model_version']})"
    )
    strongest = max((abs(reason["weight"]) for reason in one["reasons"]), default=1.0)
    table = Table("", "because", "log-odds", box=None)
    for reason in one["reasons"]:
        raises = reason["direction"] == "raises"
        bar = "█" * max(1, round(20 * abs(reason["weight"]) / strongest))
        colour = "green" if raises else "red"
        sign = "+" if raises else "−"
        table.add_row(f"[{colour}]{bar}[/]", reason["text"], f"{sign}{abs(reason['weight']):.2f}")
    console.print(table)
    names = ", ".join(product["name"] for product in one["recommended_products"])
    console.print(f"recommended: {names or 'nothing'}")
