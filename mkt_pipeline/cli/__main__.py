"""The command line: every step of the pipeline, the local stack, samples and sources."""

import sys

import typer

from mkt_pipeline.cli import (
    backup,
    campaign,
    champion,
    docs,
    doctor,
    erase,
    explain,
    health,
    housekeeping,
    incidents,
    notify,
    quarantine,
    rollback,
    run,
    runs,
    sample,
    segments,
    source,
    stack,
    steps,
    tune,
)
from mkt_pipeline.cli.json_logs import told_as_json
from mkt_pipeline.errors import MktError

app = typer.Typer(
    name="mkt",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="From a CRM database to segments in the campaign table, every night, all or nothing.",
    epilog="Settings come from MKT_* variables or a .env file; docs/SETTINGS.md lists them."
    " Exit codes: 65 bad input, 69 the local stack, 70 something must be changed first,"
    " 75 try again later, 78 settings.",
)
app.command("run")(run.run)
for command in (steps.extract, steps.features, steps.train, steps.score, steps.publish):
    app.command()(command)
app.command()(steps.recommender)
app.command()(steps.night)
app.command()(tune.tune)
app.command()(rollback.rollback)
app.command()(explain.explain)
app.command()(runs.runs)
app.command()(health.monitor)
app.command()(erase.erase)
app.command()(housekeeping.housekeeping)
app.command()(doctor.doctor)
app.command()(backup.backup)
app.command()(backup.restore)
app.command(hidden=True)(docs.docs)
app.add_typer(segments.app, name="segments")
app.add_typer(champion.app, name="champion")
app.add_typer(health.app, name="health")
app.add_typer(stack.app, name="stack")
app.add_typer(sample.app, name="sample")
app.add_typer(source.app, name="source")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(campaign.app, name="campaign")
app.add_typer(incidents.app, name="incidents")
app.add_typer(notify.app, name="notify")


def main() -> None:
    """Run a command; an error of the project is one line and its own exit code."""
    try:
        app()
    except MktError as error:
        if not told_as_json(str(error)):
            typer.secho(str(error), err=True, fg=typer.colors.RED)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.secho("stopped", err=True)
        sys.exit(130)


if __name__ == "__main__":
    main()
