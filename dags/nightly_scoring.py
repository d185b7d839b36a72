"""## nightly_scoring: score every customer and publish the segments

**What it does.** For every configured use case: plans the scoring of the day's feature set
(`plan`), scores it with the champion in as many parts as it has workers' shares (`score`, one task
for each part, with reasons and recommended products), puts the parts together (`night.finish`),
assigns segments and publishes them, all or nothing (`night.publish`).

**How many parts** each use case has: the setting `MKT_SCORE_PARTS`, else one for every 500,000
customers. The result does not depend on it. Champion, way to recommend and data are those of the
moment of `plan`: a promotion in the middle changes nothing of this night.

**Reads** `lake/features`, `lake/crm`, the champion from MLflow. **Writes** `lake/scores_staged`
(emptied by `night.finish`), `lake/scores/<use_case>`, `campaign.segments`,
`campaign.segment_changes` and `campaign.publications` (connection `campaign`).

**When it fails.** Yesterday's segments stay current, whatever happened here. One use case that
fails does not stop the others.

- *The night is held*: it differs more from the last publication than the limits of the use case
  allow (`publication:` in its file). `publish` fails at once and is not retried, for a person has
  to look; the other use cases go on, and whoever waits for segments is not woken for this one.
  `mkt runs` shows each limit. If the night is right, `mkt publish --release --reason "..."`, then
  clear `publish`: the same rows are not held again, and what comes after runs. If it is wrong,
  `mkt publish --reject`, mend what is wrong, and clear `plan`.
- *A night that was published is wrong*: `mkt rollback --use-case U --reason "..."` shows the one
  before; nothing in Airflow needs to be cleared, and the next night publishes as usual.
- *No champion yet*: run `propensity_training`, then clear `plan`.
- *The model does not fit the feature set*: the message lists the differences; train a new model
  or bring the missing columns back, then clear `plan`.
- *A part has failed*: `night.finish` names the parts that are missing, and nothing of the use case
  is published. Mend what failed them and clear these tasks of `score` with what comes after; the
  parts that are there are kept.
- *The plan does not hold any more* (somebody was erased, a younger plan of the day was carried
  out, other code runs on a worker): clear `plan` with what comes after.
- *MLflow or the campaign database does not answer*: it is tried again by itself.

Running it again replaces the publication of the same day and changes nothing else.
"""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, PartitionedAssetTimetable, get_current_context, task, task_group

from mkt_airflow.assets import CUSTOMER_FEATURES, CUSTOMER_SEGMENTS
from mkt_airflow.day import day_of, origin_of
from mkt_airflow.defaults import PARAMS, USE_CASE_LABEL, deadline, run_callbacks, task_defaults
from mkt_airflow.outcome import report, told_to_airflow
from mkt_airflow.parts import PART_LABEL, plan_of, tasks_of
from mkt_airflow.pipeline import pipeline
from mkt_airflow.waking import wake

with DAG(
    "nightly_scoring",
    description="Score with the champion and publish the segments, all or nothing",
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(assets=CUSTOMER_FEATURES),
    catchup=False,
    tags=["mkt", "night"],
    max_active_runs=1,
    deadline=deadline(minutes=120),
    params=PARAMS,
    default_args=task_defaults(minutes=60),
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

    @task(map_index_template=USE_CASE_LABEL)
    def plan(use_case):
        """Decide, once for all parts of a use case, what it is scored with."""
        with told_to_airflow():
            from mkt_pipeline.wiring.scoring import planned

            found = planned(pipeline(), use_case, as_of=day_of(get_current_context()))
            report(found.lines())
            return found.facts()

    @task(trigger_rule="all_done_min_one_success")
    def parts(plans):
        """The parts of all use cases that were planned, in one list."""
        with told_to_airflow():
            return tasks_of(plans)

    @task(map_index_template=PART_LABEL)
    def score(part):
        """Score one part of a use case; nobody sees it yet."""
        with told_to_airflow():
            from mkt_pipeline.wiring.scoring import part_scored

            scored = part_scored(pipeline(), part["plan"], part["part"])
            report(scored.lines())
            return scored.facts()

    @task(map_index_template=USE_CASE_LABEL, trigger_rule="all_done")
    def finish(use_case, plans):
        """Make the scores of a use case visible, if all its parts are there."""
        with told_to_airflow():
            from mkt_pipeline.wiring.scoring import finished

            context = get_current_context()
            scored = finished(
                pipeline(),
                plan_of(plans, use_case),
                dry_run=context["params"]["dry_run"],
                origin=origin_of(context),
            )
            context["ti"].xcom_push(key="mlflow_run_url", value=scored.run_url)
            report(scored.lines())
            return scored.facts()

    @task(map_index_template=USE_CASE_LABEL, pool="campaign")
    def publish(use_case):
        """Publish the segments of one use case; a night outside its limits is held, and fails."""
        with told_to_airflow():
            context = get_current_context()
            published = pipeline().publish(
                use_case,
                as_of=day_of(context),
                dry_run=context["params"]["dry_run"],
                origin=origin_of(context),
            )
            report(published.lines())
            return published.facts()

    @task_group
    def night(use_case, plans):
        """One use case of the night."""
        # By name: the label of a mapped task looks for it there.
        finish(use_case=use_case, plans=plans) >> publish(use_case=use_case)

    @task(outlets=[CUSTOMER_SEGMENTS], trigger_rule="all_done_min_one_success")
    def announce():
        """Tell whoever waits for segments, also where one use case of several has failed."""
        wake(get_current_context(), CUSTOMER_SEGMENTS)

    known = use_cases()
    plans = plan.expand(use_case=known)
    scored = score.expand(part=parts(plans))
    nights = night.partial(plans=plans).expand(use_case=known)
    scored >> nights
    nights >> announce()
    nights >> EmptyOperator(task_id="every_use_case", on_success_callback=None)
