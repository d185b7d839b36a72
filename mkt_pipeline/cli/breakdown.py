"""`mkt explain --picture`: everything that moved one propensity, in the terminal and as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mkt_pipeline.errors import BadInputError

if TYPE_CHECKING:
    from mkt_pipeline.modelling.waterfall import Form
    from mkt_pipeline.wiring.pipeline import Pipeline


def refuse_unknown_form(picture: Path) -> None:
    """Before anything is asked."""
    form_of(picture)
    if not picture.parent.is_dir():
        raise BadInputError(
            f"the folder {picture.parent} does not exist", remedy="make it, or choose another"
        )


def form_of(picture: Path) -> "Form":
    """The form of a picture, by the end of its name."""
    from mkt_pipeline.modelling.waterfall import FORMS

    for form in FORMS:
        if picture.suffix.lower() == f".{form}":
            return form
    raise BadInputError(
        f"{picture.name} is no picture that can be drawn",
        remedy=f"end its name with .{', .'.join(FORMS)}",
    )


def file_of(picture: Path, use_case: str, found: Sequence[object]) -> Path:
    """One file for each use case that knows the customer, named after it where they are several."""
    if len(found) == 1:
        return picture
    return picture.with_name(f"{picture.stem}-{use_case}{picture.suffix}")


def broken_down(steps: "Pipeline", one: Mapping[str, Any], picture: Path) -> dict[str, Any]:
    """Ask the model, draw ``picture``, and return what was found as a document."""
    from mkt_pipeline.modelling.waterfall import waterfall

    found = steps.breakdown(one["use_case"], one["customer_id"], as_of=str(one["as_of"]))
    language = one["language"]
    title = f"{one['use_case']}, {one['as_of']}: {one['customer_id']}"
    picture.write_bytes(waterfall(found, title=title, language=language, form=form_of(picture)))
    return {**asdict(found), "picture": str(picture), "language": language}


def draw_breakdown(one: Mapping[str, Any]) -> None:
    """The breakdown of one use case, in the terminal."""
    found = one["breakdown"]
    console = Console()
    console.print(headline(one))
    console.print(f"usual customer: {found['usual_propensity']:.2%}")
    rows = [(part["texts"][found["language"]], part["log_odds"]) for part in found["contributions"]]
    if found["remainder"]:
        rows.append(("everything else", found["remainder"]))
    console.print(bars(rows))
    console.print(f"together: {found['log_odds'] - found['usual_log_odds']:+.2f} log-odds")
    if found["in_steps"]:
        console.print("propensities come in steps, which neighbours share; log-odds do not")
    console.print(f"recommended: {recommended(one)}")
    console.print(f"picture: {escape(found['picture'])}")


def headline(one: Mapping[str, Any]) -> str:
    """Who, when, where, how likely; and what is published where that is something else."""
    published = one.get("published")
    instead = (
        f"\n[bold]not published:[/] readers see segment {published['segment']}, propensity"
        f" {published['propensity']:.2%}; the day was scored again since"
        if published
        else ""
    )
    return (
        f"[bold]{one['use_case']}[/] as of {one['as_of']}: customer {escape(one['customer_id'])},"
        f" segment [bold]{one['segment']}[/], propensity {one['propensity']:.2%}"
        f" (model version {one['model_version']}){instead}"
    )


def bars(rows: Sequence[tuple[str, float]]) -> Table:
    """A bar, a text and signed log-odds for each contribution."""
    strongest = max((abs(moved) for _, moved in rows), default=1.0) or 1.0
    table = Table("", "because", "log-odds", box=None)
    for text, moved in rows:
        bar = "█" * max(1, round(20 * abs(moved) / strongest))
        colour, sign = ("green", "+") if moved > 0 else ("red", "−")
        table.add_row(f"[{colour}]{bar}[/]", escape(text), f"{sign}{abs(moved):.2f}")
    return table


def recommended(one: Mapping[str, Any]) -> str:
    """The names of the products, best first."""
    return (
        escape(", ".join(product["name"] for product in one["recommended_products"])) or "nothing"
    )
