"""`mkt campaign`: the schema of the campaign database, and who may do what in it."""

from typing import Annotated

import typer

from mkt_pipeline.settings import Settings, load_settings
from mkt_pipeline.stack.addresses import addresses

app = typer.Typer(
    no_args_is_help=True,
    help="Upgrade the campaign schema as its owner, and give other roles what they need.",
)


@app.command()
def migrate() -> None:
    """Apply the migrations that are missing; nights do so too where they run as the owner.

    Where they run as another role, MKT_CAMPAIGN_OWNER_URL names the owner of the schema.
    """
    from mkt_pipeline.campaign.database import CampaignDatabase

    applied = CampaignDatabase(_owner(load_settings())).migrate()
    typer.echo(f"applied: {', '.join(applied)}" if applied else "nothing was missing")


@app.command()
def grants(
    writer: Annotated[
        str | None, typer.Option(help="The role that nights, and persons who decide, connect as.")
    ] = None,
    reader: Annotated[
        str | None, typer.Option(help="The role of marketers and dashboards, which only reads.")
    ] = None,
) -> None:
    """Print the rights of a writer and a reader, as SQL for the owner to look at and to run."""
    from mkt_pipeline.campaign.rights import grants_text

    typer.echo(grants_text(writer=writer, reader=reader), nl=False)


def _owner(settings: Settings) -> str:
    configured = settings.campaign_owner_url
    return configured.get_secret_value() if configured else addresses(settings).campaign
