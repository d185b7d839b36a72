"""`mkt monitor` and `mkt health show`: what came true of the models in use, and what drifts."""

import typer

from mkt_pipeline.cli.options import AsOfOption, DryRunOption, JsonOption, UseCaseOption
from mkt_pipeline.cli.pipeline import chosen, pipeline
from mkt_pipeline.cli.telling import tell
from mkt_pipeline.cli.user import user
from mkt_pipeline.wiring.told_people import settled

app = typer.Typer(no_args_is_help=True, help="How the models in use are doing.")


@app.callback()
def _health() -> None:
    """How the models in use are doing."""


@app.command()
def show(use_case: UseCaseOption = None, as_json: JsonOption = False) -> None:
    """What came true of the latest publication that closed, drift of the latest night, alarms."""
    from mkt_pipeline.wiring.monitoring import health

    steps = pipeline()
    tell([health(steps, name) for name in chosen(steps, use_case)], as_json=as_json)


def monitor(
    as_of: AsOfOption = None,
    use_case: UseCaseOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Measure publications whose label window has closed, and look for drift of a night.

    An alarm is recorded and told; only in Airflow does it start a training.
    """
    from mkt_pipeline.wiring import monitoring

    steps, origin = pipeline(), {"user": user()}
    done = [
        monitoring.monitor(steps, name, as_of=as_of, dry_run=dry_run, origin=origin)
        for name in chosen(steps, use_case)
    ]
    tell(done, as_json=as_json)
    if not dry_run:
        settled(steps)
