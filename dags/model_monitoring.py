"""## model_monitoring: what came true of the models in use, and whether the world has changed

**What it does.** After every publication, for every configured use case: publications whose label
window has closed by now get their realised figures with intervals, beside what was promised and
beside the rule of thumb. Then the night is held against what its champion was trained on: features,
scores, unknown categories, and how old the newest events are. What stays beyond the second limit
(`monitoring:` in the use case) for several nights raises an alarm.

**Reads** `lake/crm`, `lake/features`, `lake/scores`, trainings in MLflow, `campaign.segments`.
**Writes** `campaign.model_health`, `campaign.model_drift` and `campaign.model_alarms` (connection
`campaign`), and runs in the experiment `monitoring/<use_case>` (connection `mlflow`).

**Then**, where an alarm was raised, `propensity_training` starts for its use cases. An alarm never
changes the champion: the gate decides, as after every training. An alarm that stands is not raised
again before it was over, but for a reminder after some weeks.

**When it fails.** Segments are not touched, and the next night measures what this one has not.

- *The lake does not cover the day*: run `crm_extract` for it, then clear the task.
- *MLflow or the campaign database does not answer*: it is tried again by itself.

Running it again replaces what the same day has written. `mkt health show` tells the latest.
"""

from airflow.sdk import DAG, PartitionedAssetTimetable, get_current_context, task

from mkt_airflow.assets import CUSTOMER_SEGMENTS, MODEL_ALARM
from mkt_airflow.day import day_of, origin_of
from mkt_airflow.defaults import PARAMS, USE_CASE_LABEL, run_callbacks, task_defaults
from mkt_airflow.outcome import report, skip, told_to_airflow
from mkt_airflow.pipeline import pipeline
from mkt_airflow.waking import wake

with DAG(
    "model_monitoring",
    description="What came true of the models in use, drift, and alarms that start a training",
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(assets=CUSTOMER_SEGMENTS),
    catchup=False,
    tags=["mkt", "monitoring"],
    max_active_runs=1,
    params=PARAMS,
    default_args=task_defaults(minutes=120),
    **run_callbacks(),
):

    @task
    def use_cases():
        """Which use cases are configured; a run without a usable day ends here.

        One that cannot be read is among them: it fails by itself, and the others have their night.
        """
        with told_to_airflow():
            steps = pipeline()
            steps.as_of(day_of(get_current_context()))
            return list(steps.configured.names)

    @task(map_index_template=USE_CASE_LABEL, max_active_tis_per_dagrun=1)
    def monitor(use_case):
        """Measure what has closed, and look at the night of one use case."""
        with told_to_airflow():
            from mkt_pipeline.wiring import monitoring

            context = get_current_context()
            done = monitoring.monitor(
                pipeline(),
                use_case,
                as_of=day_of(context),
                dry_run=context["params"]["dry_run"],
                origin=origin_of(context),
            )
            report(done.lines())
            return done.facts()

    @task(outlets=[MODEL_ALARM], trigger_rule="all_done_min_one_success")
    def alarm(monitored):
        """Start a training of the use cases that raised an alarm; skipped where none did."""
        context = get_current_context()
        raised = [one["use_case"] for one in monitored if one["alarm"]]
        if not raised:
            skip("no new alarm")
        report(f"{one['use_case']}: {one['alarm']}" for one in monitored if one["alarm"])
        wake(context, MODEL_ALARM)
        context["outlet_events"][MODEL_ALARM].extra = {"use_cases": raised}

    alarm(monitor.expand(use_case=use_cases()))
