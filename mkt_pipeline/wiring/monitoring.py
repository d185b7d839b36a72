"""The step that looks after models in use, bound to the edges of a pipeline."""

from collections.abc import Mapping

from mkt_pipeline.campaign.model_health import ModelHealth
from mkt_pipeline.metrics.of_steps import took
from mkt_pipeline.steps.health import Health, health_of
from mkt_pipeline.steps.monitor import Monitored, monitor_use_case
from mkt_pipeline.tracking.monitoring import Monitoring
from mkt_pipeline.wiring.metrics import meter_of
from mkt_pipeline.wiring.pipeline import NO_ORIGIN, Pipeline
from mkt_pipeline.wiring.step_log import step_logged


def model_health(pipeline: Pipeline) -> ModelHealth:
    """The record of models in use, with its schema brought up to date."""
    pipeline.campaign_database  # noqa: B018 - its schema is brought up to date
    return ModelHealth(pipeline.campaign)


def monitor(
    pipeline: Pipeline,
    use_case: str,
    *,
    as_of: str | None = None,
    dry_run: bool = False,
    origin: Mapping[str, str] = NO_ORIGIN,
) -> Monitored:
    """What came true of past publications, and how the night of a day lies beside the training."""
    with step_logged(pipeline.settings, "monitor", day=as_of, use_case=use_case):
        done = monitor_use_case(
            lake=pipeline.lake,
            health=model_health(pipeline),
            monitoring=Monitoring(pipeline.tracking.connection),
            use_case=pipeline.use_case(use_case),
            as_of=pipeline.as_of(as_of),
            origin=origin,
            dry_run=dry_run,
        )
    if not dry_run:
        meter_of(pipeline.settings).send([took("monitor", done.use_case, done.seconds)])
    return done


def health(pipeline: Pipeline, use_case: str) -> Health:
    """How the model of a use case is doing, from what the nights have recorded."""
    return health_of(health=model_health(pipeline), use_case=pipeline.use_case(use_case).name)
