"""The pipeline of the command line: settings of the shell, addresses of the local stack."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkt_pipeline.wiring.pipeline import Pipeline


def pipeline() -> "Pipeline":
    """Wire the pipeline; heavy imports happen here, so that ``--help`` stays quick."""
    from mkt_pipeline.cli.json_logs import set_up_logs
    from mkt_pipeline.settings import load_settings
    from mkt_pipeline.stack.addresses import addresses

    settings = load_settings()
    set_up_logs(settings)
    known = addresses(settings)
    from mkt_pipeline.wiring.pipeline import wire

    return wire(settings, crm=known.crm, campaign=known.campaign, mlflow=known.mlflow)


def chosen(steps: "Pipeline", use_case: str | None) -> list[str]:
    """The use case that was named, else every configured one."""
    return [steps.use_case(use_case).name] if use_case else list(steps.use_cases)
