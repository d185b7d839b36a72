"""## propensity_training: train challengers and promote what is better

**What it does.** For every configured use case: builds training data from several past days,
searches for the parameters of each candidate within a budget (params `trials` and `seconds`, or
`training: tuning:` in the use case; a task `tune` for each candidate), fits and calibrates the
candidates, and holds the best against the rules of thumb and the champion on later data. It is
promoted only if it passes every check of the use case (`promotion:`); what was compared and why it
was decided so is `decision.md` of the run in MLflow and a row of `campaign.model_decisions`. Beside
it, the ways to recommend products are compared on past windows (`choose_recommender`), and the
simplest that is not beaten is used, if it passes a gate of the same kind.

**When.** Every week (`weekly_training`), and when `model_monitoring` raises an alarm: then for the
use cases of the alarm only. By hand for one of them: the param `use_case`.

**Reads** the CRM where the lake does not cover the day yet, and `lake/crm`. **Writes** runs, a
model version and, after a promotion, the alias `champion` in MLflow (connection `mlflow`);
`campaign.model_decisions` (connection `campaign`).

**Who decides.** With `promotion: policy: approve` in the use case a person has to agree to what
passed the gate: the task `approve` shows the comparison under Browse, Required Actions, and waits
for 48 hours. Refused, or not answered, the champion stays; who answered what is recorded.

**When it fails.** The champion stays.

- *Too little history / one class only*: the message names the earliest possible day and counts.
- *MLflow does not answer*: it is tried again by itself.
- *`choose_recommender` fails*: nights go on with the way to recommend that is in use. It is skipped
  where nobody bought anything that could have been recommended.

Nobody is asked anything before every training and every comparison has ended well: clear what
failed, and the questions follow.

- *A `tune` was killed*: cleared, it goes on from the trials that ended, which are runs in MLflow.

Running it again trains and registers another challenger.
"""

from datetime import timedelta

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import DAG, Param, PartitionedAssetTimetable, get_current_context, task

from mkt_airflow.assets import MODEL_ALARM, PROPENSITY_CHAMPION, TRAINING_DUE
from mkt_airflow.day import day_of, origin_of
from mkt_airflow.defaults import PARAMS, USE_CASE_LABEL, run_callbacks, task_defaults
from mkt_airflow.outcome import report, skip_where_dry, told_to_airflow
from mkt_airflow.pipeline import pipeline
from mkt_airflow.waking import wake
from mkt_airflow.wanted import wanted

PROMOTE, KEEP = "Promote", "Keep the champion"
ANSWER_WITHIN = timedelta(hours=48)
NO_ANSWER = {True: "no reason was given", False: "nobody answered in time"}
TUNED_LABEL = "{{ task.op_kwargs['what']['use_case'] }}: {{ task.op_kwargs['what']['candidate'] }}"
KINDS = {"propensity": "", "recommender": "recommender "}
ANSWERED_LABEL = "{{ task.op_kwargs['pair'][0]['use_case'] }}"

BUDGET = {
    "trials": Param(
        None,
        type=["null", "integer"],
        minimum=1,
        title="Trials",
        description="Attempts at each candidate's parameters. Empty: as the use case says.",
    ),
    "seconds": Param(
        None,
        type=["null", "number"],
        minimum=0,
        title="Seconds",
        description="No attempt at a candidate begins after so long. Empty: as the use case says.",
    ),
}

ONLY = {
    "use_case": Param(
        None,
        type=["null", "string"],
        title="Use case",
        description="Only this one. Empty: those that asked for a training, else all.",
    ),
}

with DAG(
    "propensity_training",
    description="Train challengers on past days and promote what is better on later data",
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(assets=TRAINING_DUE | MODEL_ALARM),
    catchup=False,
    tags=["mkt", "training"],
    max_active_runs=1,
    params={**PARAMS, **BUDGET, **ONLY},
    default_args=task_defaults(minutes=180),
    **run_callbacks(),
):

    @task(pool="crm")
    def ensure_extracted():
        """Extract the day where the lake does not cover it yet, and name the use cases to train."""
        with told_to_airflow():
            steps, context = pipeline(), get_current_context()
            done = steps.extract_where_needed(as_of=day_of(context))
            report(done.lines())
            return wanted(context, list(steps.use_cases))

    @task
    def candidates(use_cases):
        """The kinds of model that compete, use case by use case."""
        with told_to_airflow():
            steps = pipeline()
            return [
                {"use_case": use_case, "candidate": candidate}
                for use_case in use_cases
                for candidate in steps.candidates(use_case)
            ]

    @task(map_index_template=TUNED_LABEL, max_active_tis_per_dagrun=2)
    def tune(what):
        """Search for the parameters of one candidate; each trial is a run in MLflow."""
        with told_to_airflow():
            context = get_current_context()
            skip_where_dry(context)
            tuned = pipeline().tune(
                **what,
                as_of=day_of(context),
                trials=context["params"]["trials"],
                seconds=context["params"]["seconds"],
                origin=origin_of(context),
            )
            report(tuned.lines())
            return tuned.facts()

    @task(
        map_index_template=USE_CASE_LABEL, max_active_tis_per_dagrun=2, trigger_rule="none_failed"
    )
    def train(use_case):
        """Train, compare and promote one use case, with the parameters that were found."""
        with told_to_airflow():
            context = get_current_context()
            dry = context["params"]["dry_run"]
            trained = pipeline().train(
                use_case,
                as_of=day_of(context),
                dry_run=dry,
                trials=context["params"]["trials"],
                # The search is over, unless this run writes nothing and none was made.
                seconds=context["params"]["seconds"] if dry else 0,
                origin=origin_of(context),
            )
            context["ti"].xcom_push(key="mlflow_run_url", value=trained.run_url)
            report(trained.lines())
            return trained.facts()

    @task(map_index_template=USE_CASE_LABEL, max_active_tis_per_dagrun=1)
    def choose_recommender(use_case):
        """Compare the ways to recommend of one use case, and use the best."""
        with told_to_airflow():
            context = get_current_context()
            found = pipeline().recommender(
                use_case,
                as_of=day_of(context),
                dry_run=context["params"]["dry_run"],
                origin=origin_of(context),
            )
            context["ti"].xcom_push(key="mlflow_run_url", value=found.run_url)
            report(found.lines())
            return found.facts()

    @task(outlets=[PROPENSITY_CHAMPION], trigger_rule="none_failed")
    def announce():
        """Tell whoever waits for champions."""
        wake(get_current_context(), PROPENSITY_CHAMPION)

    @task(trigger_rule="none_failed")
    def waiting(trained, recommenders):
        """Those that passed the gate of a use case in which a person has to agree."""
        return [one for one in (*trained, *recommenders) if one["waits"]]

    @task
    def questions(waits):
        """What the person is shown."""
        with told_to_airflow():
            return [
                {
                    "subject": f"{one['use_case']}: promote {KINDS[one['kind']]}version"
                    f" {one['model_version']}?",
                    "body": pipeline().decision_page(one["run_id"]),
                }
                for one in waits
            ]

    @task(map_index_template=ANSWERED_LABEL)
    def carry_out(pair):
        """Promote it, or leave the champion, and record who said so."""
        one, answered = pair
        user = answered.get("responded_by_user") or {}
        with told_to_airflow():
            done = pipeline().answer(
                one["use_case"],
                kind=one["kind"],
                version=int(one["model_version"]),
                compared_with=one["compared_with"],
                approved=answered["chosen_options"] == [PROMOTE],
                who=user.get("name") or "nobody",
                reason=answered["params_input"].get("reason") or NO_ANSWER[bool(user)],
            )
            report(done.lines())
            return done.facts()

    use_cases = ensure_extracted()
    trained = train.expand(use_case=use_cases)
    tune.expand(what=candidates(use_cases)) >> trained
    waits = waiting(trained, choose_recommender.expand(use_case=use_cases))
    approve = HITLOperator.partial(
        task_id="approve",
        options=[PROMOTE, KEEP],
        defaults=KEEP,
        response_timeout=ANSWER_WITHIN,
        map_index_template="{{ task.subject }}",
        params={"reason": Param("", type="string", title="Reason")},
    ).expand_kwargs(questions(waits))
    carry_out.expand(pair=waits.zip(approve.output)) >> announce()
