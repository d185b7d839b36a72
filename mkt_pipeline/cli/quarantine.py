"""`mkt quarantine`: rows that break the contract, and the nights that were held for them."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from mkt_pipeline.cli.options import AsOfOption, JsonOption
from mkt_pipeline.cli.telling import print_json
from mkt_pipeline.cli.user import user

app = typer.Typer(
    no_args_is_help=True,
    help="Rows that break the contract, and the nights that were held for them.",
)


@app.command()
def show(
    entity: Annotated[str | None, typer.Option(help="One entity; all by default.")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="One night, YYYY-MM-DD; all by default.")
    ] = None,
    all_keys: Annotated[
        bool, typer.Option("--all-keys", help="Every key, not the first five of each rule.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show by night and rule how many rows were put aside, with keys to look up in the CRM."""
    from mkt_pipeline.settings import load_settings
    from mkt_pipeline.steps.quarantine import SHOWN_KEYS, held_nights, quarantined_rows
    from mkt_pipeline.wiring.lake import whole_lake

    settings = load_settings()
    lake = whole_lake(settings)
    day = settings.as_of(as_of) if as_of else None
    keys = None if all_keys else SHOWN_KEYS
    rows = quarantined_rows(lake=lake, entity=entity, as_of=day, keys=keys)
    held = held_nights(lake=lake, entity=entity, as_of=day)
    if as_json:
        print_json({"rows": rows, "held": held})
        return
    if not rows and not held:
        asked = " of what was asked for" if entity or day else ""
        typer.echo(f"nothing{asked} is in quarantine, and no night is held")
        return
    console = Console()
    if rows:
        console.print(_rows_table(rows))
    for one in held:
        console.print(_held_line(one), markup=False, highlight=False, soft_wrap=True)


@app.command()
def release(
    entity: Annotated[str, typer.Argument(help="The entity whose night is held.")],
    reason: Annotated[str, typer.Option(help="Why the night may go on; is kept.")],
    as_of: AsOfOption = None,
) -> None:
    """Let a held night go on without the rows that held it; run the night again afterwards."""
    from mkt_pipeline.settings import load_settings
    from mkt_pipeline.steps.quarantine import release_night
    from mkt_pipeline.wiring.lake import whole_lake

    settings = load_settings()
    done = release_night(
        lake=whole_lake(settings),
        entity=entity,
        as_of=settings.as_of(as_of),
        who=user(),
        reason=reason,
    )
    typer.echo(
        f"{entity} as of {done['as_of']}: {done['rows']:,} rows are accepted; run what was held"
        f" again: clear `extract` in Airflow, or `mkt extract --as-of {done['as_of']}`, or"
        " `mkt night` with the same day"
    )


def _rows_table(rows: list[dict[str, Any]]) -> Table:
    table = Table("night", "entity", "rule", "rows", "keys", box=None)
    for one in rows:
        keys = ", ".join(one["keys"]) + (", ..." if one["more_keys"] else "")
        table.add_row(one["as_of"], one["entity"], one["broken_rule"], f"{one['rows']:,}", keys)
    return table


def _held_line(one: Mapping[str, Any]) -> str:
    if one["released_by"]:
        return (
            f"{one['as_of']} {one['entity']}: held, then released by {one['released_by']}"
            f" ({one['reason']})"
        )
    if one["over"]:
        return f"{one['as_of']} {one['entity']}: held, but over: a later run kept the limits"
    return f"{one['as_of']} held: {one['why']}"
