"""## crm_extract: read what changed in the CRM

**What it does.** Reads every entity of the source at one snapshot of the CRM, compares it with
the lake and appends what is new, changed or gone. Rows that break the contract go to quarantine.

**Reads** the CRM (connection `crm`, read only). **Writes** `lake/crm/<entity>` and
`lake/quarantine/<entity>`. **Then** `customer_features` starts for the same day.

**When it fails.**

- *The CRM does not answer*: it is tried again by itself. Later: clear the task.
- *A column is missing or has another type*: the CRM or the mapping changed. Run
  `mkt source check`, mend `sources/<source>/<entity>.sql`, clear the task.
- *Rows break the contract / an entity is empty or shrank*: nothing of it was committed. Look at
  the counts in the message and at `mkt source check`.

Running it again is harmless: what is in the lake already is no change any more. Yesterday's
segments stay current until `nightly_scoring` publishes new ones.
"""

from airflow.sdk import DAG, get_current_context, task

from mkt_airflow.assets import CRM_CHANGES
from mkt_airflow.day import day_of
from mkt_airflow.defaults import PARAMS, deadline, run_callbacks, task_defaults
from mkt_airflow.outcome import report, told_to_airflow
from mkt_airflow.pipeline import pipeline
from mkt_airflow.schedule import at
from mkt_airflow.waking import wake

with DAG(
    "crm_extract",
    description="Read what changed in the CRM into the lake",
    doc_md=__doc__,
    schedule=at("30 0 * * *"),
    catchup=False,
    tags=["mkt", "night"],
    max_active_runs=1,
    deadline=deadline(minutes=150),
    params=PARAMS,
    default_args=task_defaults(minutes=120),
    **run_callbacks(),
):

    @task(pool="crm")
    def extract():
        """Append what changed in every entity."""
        with told_to_airflow():
            context, steps = get_current_context(), pipeline()
            dry_run = context["params"]["dry_run"]
            done = steps.extract(as_of=day_of(context), dry_run=dry_run)
            report(done.lines())
            return done.facts()

    @task(outlets=[CRM_CHANGES])
    def announce():
        """Wake `customer_features` for the same day."""
        wake(get_current_context(), CRM_CHANGES)

    extract() >> announce()
