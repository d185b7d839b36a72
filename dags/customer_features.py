"""## customer_features: what is known of each customer

**What it does.** Builds, for every configured use case, one row per eligible customer from what
was known before 00:00 of the day.

**Reads** `lake/crm`. **Writes** `lake/features/<use_case>`, the day's partition, replaced as a
whole. **Then** `nightly_scoring` starts for the same day.

**When it fails.**

- *The lake covers an earlier day only*: run `crm_extract` for this day first.
- *No customer is eligible*: check `eligibility` in the use case and the source's customers.

Running it again gives the same rows: features of a day never change once the day is covered.
"""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, PartitionedAssetTimetable, get_current_context, task

from mkt_airflow.assets import CRM_CHANGES, CUSTOMER_FEATURES
from mkt_airflow.day import day_of
from mkt_airflow.defaults import PARAMS, USE_CASE_LABEL, deadline, run_callbacks, task_defaults
from mkt_airflow.outcome import report, told_to_airflow
from mkt_airflow.pipeline import pipeline
from mkt_airflow.waking import wake

with DAG(
    "customer_features",
    description="Build the feature set of every use case, as known before the day",
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(assets=CRM_CHANGES),
    catchup=False,
    tags=["mkt", "night"],
    max_active_runs=1,
    deadline=deadline(minutes=60),
    params=PARAMS,
    default_args=task_defaults(minutes=45),
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

    @task(map_index_template=USE_CASE_LABEL, max_active_tis_per_dagrun=2)
    def build(use_case):
        """Write the feature set of one use case."""
        with told_to_airflow():
            context = get_current_context()
            dry_run = context["params"]["dry_run"]
            built = pipeline().features(use_case, as_of=day_of(context), dry_run=dry_run)
            report(built.lines())
            return built.facts()

    @task(outlets=[CUSTOMER_FEATURES], trigger_rule="all_done_min_one_success")
    def announce():
        """Wake scoring, also where one use case of several has failed."""
        wake(get_current_context(), CUSTOMER_FEATURES)

    built = build.expand(use_case=use_cases())
    built >> announce()
    built >> EmptyOperator(task_id="every_use_case", on_success_callback=None)
