"""## notices: tell people what is wrong, and when it is over

**What it does.** Every half hour: opens an incident for each held night and each standing alarm,
ends those that are over, whoever decided about them, and sends what a channel has not taken yet.
Failed tasks tell by themselves, at once; this is for what comes later. Where no channel is
configured, incidents are recorded and nothing is sent.

**Reads** `campaign.publications` and `campaign.model_alarms`. **Writes** `campaign.incidents` and
`campaign.notices` (connection `campaign`), and sends e-mails and webhooks (`MKT_NOTIFY_*`).

**When it fails.** Segments are not touched. The next run does what this one has not.

- *A channel does not take messages*: that fails no run. The log says which, `mkt incidents show`
  whom it concerns; try it with `mkt notify test`.
- *The campaign database does not answer*: it is tried again by itself.

Running it again sends nothing twice. `docs/notices.md` says what to do about each notice.
"""

from airflow.sdk import DAG, get_current_context, task

from mkt_airflow.defaults import PARAMS, run_callbacks, task_defaults
from mkt_airflow.outcome import report, skip_where_dry, told_to_airflow
from mkt_airflow.pipeline import telling
from mkt_airflow.schedule import at

with DAG(
    "notices",
    description="Tell people what is wrong, and when it is over",
    doc_md=__doc__,
    schedule=at("10,40 * * * *", key_format="%Y-%m-%dT%H:%M"),
    catchup=False,
    tags=["mkt", "upkeep"],
    max_active_runs=1,
    params=PARAMS,
    default_args=task_defaults(minutes=10),
    **run_callbacks(),
):

    @task
    def settle():
        """Open and end incidents, and send what is due."""
        skip_where_dry(get_current_context())
        with told_to_airflow():
            told = telling().settle()
            report(f"{one.channel}: {one.error or 'sent'} ({one.subject})" for one in told)
            return len(told)

    settle()
