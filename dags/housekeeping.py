"""## housekeeping: keep lake, campaign database and MLflow small

**What it does.** First reports, as a dry run, what would be removed. Then removes feature sets,
scores and quarantine older than their days, the rows of old publications (their record stays) and
old scoring runs, joins small files of the lake and removes those that no version has shown for a
week. Change logs, trainings, and runs that a registered version points to are never removed. How
long what is kept: the settings `MKT_KEEP_*`.

**Reads and writes** the lake, `campaign.publications` and `campaign.segments` (connection
`campaign`), scoring runs in MLflow (connection `mlflow`). With the param `dry_run` it ends after
the report. The param `as_of` is not used: what is old is counted from today.

**When it fails.** Nothing that is needed is lost, and the next run goes on.

- *Another run committed at the same time*: it is tried again by itself.
- *The campaign database or MLflow does not answer*: the same.

**Airflow's own tables** are not touched here, for that needs rights on its database which tasks do
not have, and no task should run meanwhile. After a backup, while the scheduler is stopped:
`airflow db clean --clean-before-timestamp <a year ago> --skip-archive --yes`; first with
`--dry-run`.
"""

from airflow.sdk import DAG, get_current_context, task

from mkt_airflow.defaults import PARAMS, run_callbacks, task_defaults
from mkt_airflow.outcome import report, skip_where_dry, told_to_airflow
from mkt_airflow.pipeline import pipeline
from mkt_airflow.schedule import at

with DAG(
    "housekeeping",
    description="Remove what is kept no longer, compact and vacuum, after a report",
    doc_md=__doc__,
    schedule=at("0 12 * * 0"),
    catchup=False,
    tags=["mkt", "upkeep"],
    max_active_runs=1,
    params=PARAMS,
    default_args=task_defaults(minutes=120),
    **run_callbacks(),
):

    @task
    def report_first():
        """Say what would be removed."""
        with told_to_airflow():
            report(pipeline().housekeeping(dry_run=True).lines())

    @task
    def clean():
        """Remove it, compact and vacuum."""
        skip_where_dry(get_current_context())
        with told_to_airflow():
            done = pipeline().housekeeping()
            report(done.lines())
            return done.facts()

    report_first() >> clean()
