"""`mkt notify`: try the channels that notices go to, and send what is due."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from mkt_pipeline.cli.options import JsonOption
from mkt_pipeline.cli.telling import print_json
from mkt_pipeline.cli.told_people import telling
from mkt_pipeline.errors import BadInputError, NoticeNotSentError

if TYPE_CHECKING:
    from mkt_pipeline.steps.notify import Outcome

app = typer.Typer(no_args_is_help=True, help="Notices by e-mail, Slack and webhook.")


@app.command("test")
def trial(as_json: JsonOption = False) -> None:
    """Send a test message to every configured channel, and say what became of each.

    Exit code 75 where one did not take it.
    """
    from mkt_pipeline.steps.notify import tried

    told = tried(telling().notifier)
    if not told:
        raise BadInputError(
            "no channel is configured",
            remedy="set MKT_NOTIFY_EMAIL_TO and MKT_SMTP_URL, MKT_NOTIFY_SLACK_URL or"
            " MKT_NOTIFY_WEBHOOK_URL",
        )
    _tell(told, as_json=as_json)
    if failed := [one for one in told if one.error]:
        raise NoticeNotSentError(
            f"{len(failed)} of {len(told)} channels did not take the message",
            remedy="correct their settings and run `mkt notify test` again",
        )


@app.command()
def due(as_json: JsonOption = False) -> None:
    """Open and end incidents of held nights and alarms, and send every message that is due."""
    told = telling().settle()
    _tell(told, as_json=as_json)
    if not told and not as_json:
        typer.echo("nothing is due")


def _tell(told: "Sequence[Outcome]", *, as_json: bool) -> None:
    if as_json:
        print_json(
            [{"channel": o.channel, "subject": o.subject, "error": o.error or None} for o in told]
        )
        return
    for one in told:
        typer.echo(f"{one.channel}: {one.error or 'sent'} ({one.subject})")
