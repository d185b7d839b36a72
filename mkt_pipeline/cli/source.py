"""`mkt source`: start the mapping of a CRM, and hold it against the database."""

import dataclasses
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from mkt_pipeline.cli.telling import print_json
from mkt_pipeline.contracts.source import folder_of
from mkt_pipeline.errors import SourceBrokenError
from mkt_pipeline.settings import Settings, load_settings
from mkt_pipeline.stack.addresses import addresses


class Purpose(StrEnum):
    """What a role reads the CRM for."""

    EXTRACTION = "extraction"
    ACTIVATION = "activation"


app = typer.Typer(
    no_args_is_help=True,
    help="Map a CRM to the contract: begin a source, and check it against its database.",
)


@app.command()
def new(name: Annotated[str, typer.Argument(help="Lower case letters, digits and _.")]) -> None:
    """Write a commented source.yaml and one query per entity, ready to be checked."""
    from mkt_pipeline.crm.scaffold import new_source

    settings = load_settings()
    written = new_source(settings.project / "sources", name)
    for path in written:
        typer.echo(str(path))
    typer.echo(f"\nFill in the queries, then run `mkt source check {name}`.")


@app.command()
def check(
    name: Annotated[str | None, typer.Argument(help="The source; MKT_SOURCE by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Report columns, keys, gaps, statuses, references, rows and rights, each with a remedy.

    Exit code 0 where a night may run on the source, 70 where the report has errors, 65 where the
    folder itself is not a source.
    """
    # Imported late, so that `--help` and the other commands stay quick.
    from mkt_pipeline.cli.source_tables import rendered
    from mkt_pipeline.crm.check import check_source
    from mkt_pipeline.crm.database import Crm
    from mkt_pipeline.crm.source_folder import load_source

    settings = load_settings()
    source = load_source(folder_of(settings.project / "sources", name or settings.source))
    report = check_source(Crm(addresses(settings).crm), source, now=_end_of_replay(settings))
    if as_json:
        print_json({**dataclasses.asdict(report), "is_usable": report.is_usable})
    else:
        Console().print(rendered(report), crop=False)
    if not report.is_usable:
        raise typer.Exit(SourceBrokenError.exit_code)


@app.command()
def grants(
    role: Annotated[str, typer.Option(help="The database role that is to read the CRM.")],
    name: Annotated[str | None, typer.Argument(help="The source; MKT_SOURCE by default.")] = None,
    url: Annotated[
        str | None,
        typer.Option(help="Address for a user that may see the tables; MKT_CRM_URL by default."),
    ] = None,
    purpose: Annotated[
        Purpose, typer.Option("--for", help="The nights, or sending, which alone sees contacts.")
    ] = Purpose.EXTRACTION,
) -> None:
    """Print the least rights that reading a source needs, as SQL to look at and to run.

    Which columns those are is told by PostgreSQL; nothing is changed.
    """
    from mkt_pipeline.contracts import contact_points
    from mkt_pipeline.crm.database import Crm
    from mkt_pipeline.crm.grants import Grants
    from mkt_pipeline.crm.source_folder import load_contact_points, load_source

    settings = load_settings()
    folder = folder_of(settings.project / "sources", name or settings.source)
    source = load_source(folder)
    extracts = purpose is Purpose.EXTRACTION
    queries = source.queries if extracts else {contact_points.NAME: load_contact_points(folder)}
    crm = Crm(url or addresses(settings).crm)
    typer.echo(crm.grants(Grants(role, source.name, queries, extracts)), nl=False)


def _end_of_replay(settings: Settings) -> datetime | None:
    """The end of the day that MKT_TODAY sets; None where the clock says what the future is."""
    return settings.as_of(None).shifted(1).cutoff if settings.today else None
