"""`mkt incidents`: what is wrong, since when, and who was told."""

from typing import TYPE_CHECKING, Annotated

import typer

from mkt_pipeline.cli.options import JsonOption
from mkt_pipeline.cli.telling import print_json
from mkt_pipeline.cli.told_people import telling
from mkt_pipeline.cli.user import user
from mkt_pipeline.errors import BadInputError

if TYPE_CHECKING:
    from mkt_pipeline.contracts.incident import KnownIncident

app = typer.Typer(no_args_is_help=True, help="What is wrong, since when, and who was told.")
SHOWN = 100


@app.command()
def show(
    everything: Annotated[
        bool, typer.Option("--all", help="Those that are over as well, the latest first.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the incidents that are open."""
    found = telling().incidents.known(only_open=not everything, limit=SHOWN)
    if as_json:
        print_json([_document(one) for one in found])
        return
    for one in found:
        for line in _lines(one):
            typer.echo(line)
    if not found:
        typer.echo("nothing is wrong" if not everything else "nothing was ever wrong")


@app.command()
def close(
    key: Annotated[str, typer.Argument(help="The key, as `mkt incidents show` tells it.")],
) -> None:
    """End an incident that does not end by itself; whoever was told of it is told so."""
    from mkt_pipeline.steps import notify

    if not notify.close(telling().notifier, key, why=f"It was closed by {user()}."):
        raise BadInputError(
            f"no incident {key!r} is open", remedy="`mkt incidents show` lists their keys"
        )
    typer.echo(f"{key} is closed")


def _lines(one: "KnownIncident") -> list[str]:
    told = [f"{name} {'told' if at else 'NOT TOLD YET'}" for name, at in one.told.items()]
    until = f" until {one.closed_at:%Y-%m-%d %H:%M}" if one.closed_at else ""
    lines = [
        one.incident.key,
        f"  since {one.opened_at:%Y-%m-%d %H:%M}{until} UTC; {', '.join(told) or 'nobody told'}",
        f"  {one.incident.problem}",
    ]
    if one.closed_because:
        return [*lines, f"  over: {one.closed_because}"]
    return [*lines, f"  → {one.incident.remedy}"]


def _document(one: "KnownIncident") -> dict[str, object]:
    incident = one.incident
    return {
        "key": incident.key,
        "kind": incident.kind,
        "subject": incident.subject,
        "day": incident.day.isoformat() if incident.day else None,
        "use_case": incident.use_case,
        "problem": incident.problem,
        "remedy": incident.remedy,
        "links": dict(incident.links),
        "opened_at": one.opened_at.isoformat(),
        "closed_at": one.closed_at.isoformat() if one.closed_at else None,
        "closed_because": one.closed_because,
        "told": {name: at.isoformat() if at else None for name, at in one.told.items()},
    }
