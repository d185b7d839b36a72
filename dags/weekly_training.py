"""## weekly_training: say every week that a training is due

**What it does.** Every Sunday at 07:00 it wakes `propensity_training` for the day, for all use
cases. That DAG is woken by alarms of `model_monitoring` as well, and a DAG that waits for assets
has no clock of its own.

**Reads and writes** nothing. **Then** `propensity_training` starts for the same day.

**When it fails.** Trigger `propensity_training` by hand, with the day as partition key.
"""

from airflow.sdk import DAG, get_current_context, task

from mkt_airflow.assets import TRAINING_DUE
from mkt_airflow.defaults import PARAMS, run_callbacks, task_defaults
from mkt_airflow.schedule import at
from mkt_airflow.waking import wake

with DAG(
    "weekly_training",
    description="Say every week that a training is due",
    doc_md=__doc__,
    schedule=at("0 7 * * 0"),
    catchup=False,
    tags=["mkt", "training"],
    max_active_runs=1,
    params=PARAMS,
    default_args=task_defaults(minutes=5),
    **run_callbacks(),
):

    @task(outlets=[TRAINING_DUE])
    def announce():
        """Wake `propensity_training` for the same day."""
        wake(get_current_context(), TRAINING_DUE)

    announce()
