"""What holds for every DAG, and the exact shape of each."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

SHAPE = {
    "crm_extract": {"extract": ["announce"], "announce": []},
    "customer_features": {
        "use_cases": ["build"],
        "build": ["announce", "every_use_case"],
        "announce": [],
        "every_use_case": [],
    },
    "nightly_scoring": {
        "use_cases": ["night.finish", "night.publish", "plan"],
        "plan": ["night.finish", "parts"],
        "parts": ["score"],
        "score": ["night.finish"],
        "night.finish": ["night.publish"],
        "night.publish": ["announce", "every_use_case"],
        "announce": [],
        "every_use_case": [],
    },
    "propensity_training": {
        "ensure_extracted": ["candidates", "choose_recommender", "train"],
        "candidates": ["tune"],
        "tune": ["train"],
        "train": ["waiting"],
        "choose_recommender": ["waiting"],
        "waiting": ["carry_out", "questions"],
        "questions": ["approve"],
        "approve": ["carry_out"],
        "carry_out": ["announce"],
        "announce": [],
    },
    "weekly_training": {"announce": []},
    "model_monitoring": {"use_cases": ["monitor"], "monitor": ["alarm"], "alarm": []},
    "housekeeping": {"report_first": ["clean"], "clean": []},
    "notices": {"settle": []},
}

READ = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
def by_name(task):
    if not task.is_mapped:  # in a mapped group
        return set(getattr(task, "op_kwargs", {}))
    expanded = getattr(task, "op_kwargs_expand_input", None)  # of an operator that is no function
    own = set(expanded.value) if expanded else {"subject", "body"}
    return set(task.partial_kwargs.get("op_kwargs") or {}) | own
def facts(dag):
    return {
        "doc": dag.doc_md or "", "tags": sorted(dag.tags), "max_active_runs": dag.max_active_runs,
        "catchup": dag.catchup, "params": sorted(dag.params), "deadline": bool(dag.deadline),
        "timetable": type(dag.timetable).__name__,
        "tasks": {t.task_id: {
            "down": sorted(t.downstream_task_ids), "owner": t.owner, "retries": t.retries,
            "policy": t.retry_policy is not None, "pool": t.pool,
            "limit": t.execution_timeout.total_seconds() if t.execution_timeout else None,
            "doc": t.doc or (t.python_callable.__doc__ if hasattr(t, "python_callable") else "x"),
            "label": t.map_index_template, "by_name": sorted(by_name(t)),
            "outlets": [o.name for o in t.outlets]} for t in dag.tasks},
    }
print("FACTS " + json.dumps({"errors": dict(bag.import_errors),
    "dags": {d.dag_id: facts(d) for d in bag.dags.values()}}))
"""


@pytest.fixture(scope="module")
def bag(tmp_path_factory):
    """Read the DAG folder in a process of its own, with an Airflow home that is thrown away."""
    home = tmp_path_factory.mktemp("airflow")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
    environment |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "PYTHONPATH": str(PROJECT / "dags"),
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READ, str(PROJECT / "dags")],
        capture_output=True,
        text=True,
        env=environment,
        cwd=PROJECT,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    line = next(line for line in done.stdout.splitlines() if line.startswith("FACTS "))
    return json.loads(line.removeprefix("FACTS "))


def test_every_file_is_read_and_gives_exactly_these_dags(bag):
    assert bag["errors"] == {}
    assert set(bag["dags"]) == set(SHAPE)


def test_the_graph_of_every_dag_is_as_drawn(bag):
    found = {
        dag_id: {task: facts["down"] for task, facts in dag["tasks"].items()}
        for dag_id, dag in bag["dags"].items()
    }
    assert found == SHAPE


@pytest.mark.parametrize("dag_id", SHAPE)
def test_every_dag_has_a_runbook_tags_limits_and_typed_params(bag, dag_id):
    dag = bag["dags"][dag_id]
    assert "When it fails" in dag["doc"]
    assert "mkt" in dag["tags"]
    assert dag["max_active_runs"] == 1
    assert dag["catchup"] is False
    own = ["seconds", "trials", "use_case"] if dag_id == "propensity_training" else []
    assert dag["params"] == ["as_of", "dry_run", *own]


@pytest.mark.parametrize("dag_id", ["crm_extract", "customer_features", "nightly_scoring"])
def test_the_dags_of_the_night_have_a_deadline(bag, dag_id):
    assert bag["dags"][dag_id]["deadline"]


@pytest.mark.parametrize("dag_id", SHAPE)
def test_every_task_has_an_owner_retries_a_policy_and_a_time_limit(bag, dag_id):
    for task_id, task in bag["dags"][dag_id]["tasks"].items():
        assert task["owner"] == "mkt_pipeline", task_id
        assert task["retries"] >= 1, task_id
        assert task["policy"], task_id
        assert task["limit"], task_id
        assert task["doc"], task_id


def test_a_mapped_task_gets_by_name_what_its_label_looks_for(bag):
    mapped = {
        task_id: task
        for dag in bag["dags"].values()
        for task_id, task in dag["tasks"].items()
        if task["label"]
    }
    looked_for = {
        **dict.fromkeys(
            (
                "build",
                "train",
                "choose_recommender",
                "plan",
                "night.finish",
                "night.publish",
                "monitor",
            ),
            "use_case",
        ),
        "tune": "what",
        "score": "part",
        "carry_out": "pair",
        "approve": "subject",
    }
    assert set(mapped) == set(looked_for)
    for task_id, name in looked_for.items():
        assert name in mapped[task_id]["label"], task_id
        assert name in mapped[task_id]["by_name"], task_id


def test_the_night_is_chained_by_partitioned_assets(bag):
    dags = bag["dags"]
    assert "CronPartition" in dags["crm_extract"]["timetable"]
    assert "PartitionedAsset" in dags["customer_features"]["timetable"]
    assert "PartitionedAsset" in dags["nightly_scoring"]["timetable"]
    assert "PartitionedAsset" in dags["model_monitoring"]["timetable"]
    assert "CronPartition" in dags["weekly_training"]["timetable"]
    assert "PartitionedAsset" in dags["propensity_training"]["timetable"]
    outlets = {
        d: [o for t in dag["tasks"].values() for o in t["outlets"]] for d, dag in dags.items()
    }
    assert outlets == {
        "crm_extract": ["crm_changes"],
        "customer_features": ["customer_features"],
        "nightly_scoring": ["customer_segments"],
        "propensity_training": ["propensity_champion"],
        "housekeeping": [],
        "weekly_training": ["training_due"],
        "model_monitoring": ["model_alarm"],
        "notices": [],
    }


def test_tasks_that_would_fight_for_a_database_have_pools(bag):
    dags = bag["dags"]
    assert dags["crm_extract"]["tasks"]["extract"]["pool"] == "crm"
    assert dags["propensity_training"]["tasks"]["ensure_extracted"]["pool"] == "crm"
    assert dags["nightly_scoring"]["tasks"]["night.publish"]["pool"] == "campaign"


def test_every_plugin_file_can_be_loaded(tmp_path):
    code = """
from airflow.plugins_manager import get_import_errors, get_plugin_info
names = {plugin["name"] for plugin in get_plugin_info()}
print("ERRORS", dict(get_import_errors()), "mlflow_link" in names)
"""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
    environment |= {
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert "ERRORS {} True" in done.stdout, done.stdout + done.stderr[-2000:]


def test_a_held_night_fails_at_once_and_an_absent_database_is_tried_again(tmp_path):
    code = """
from mkt_airflow.outcome import RETRY_POLICY, told_to_airflow
from mkt_pipeline.campaign.publication_held import PublicationHeldError
from mkt_pipeline.errors import ServerUnavailableError
for kind in (PublicationHeldError, ServerUnavailableError):
    try:
        with told_to_airflow():
            raise kind("problem", remedy="remedy")
    except kind as error:
        print("DECIDED", RETRY_POLICY.evaluate(error, 1, 3).action.name)
"""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
    environment |= {"AIRFLOW_HOME": str(tmp_path), "PYTHONPATH": str(PROJECT / "dags")}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        env=environment,
    )
    decided = [line for line in done.stdout.splitlines() if line.startswith("DECIDED")]
    assert decided == ["DECIDED FAIL", "DECIDED RETRY"], done.stderr[-2000:]


def test_every_task_that_touches_data_says_what_it_reads_and_writes(bag):
    code = """
import json
from mkt_airflow.data_sets import DATA_SETS, Places, data_sets
at = Places("s3://bucket/lake", "postgresql://u:secret@crm/shop", "postgresql://c:1234/campaign",
            "mlflow://m:5000", {"orders": "SELECT 1 FROM sales.lines l JOIN sales.heads h ON true"})
found = {f"{d}/{t}": data_sets(at, dag_id=d, task_id=t, arguments={"use_case": "u"})
         for d, t in DATA_SETS}
print("FOUND " + json.dumps(found))
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{PROJECT / 'dags'}:{PROJECT}"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.removeprefix("FOUND "))
    tasks = {f"{d}/{t}" for d, dag in bag["dags"].items() for t in dag["tasks"]}
    decide = {"announce", "every_use_case", "use_cases", "alarm", "report_first"}
    decide |= {"candidates", "waiting", "questions", "approve"}
    # What parts read and write is told once, by night.finish.
    decide |= {"plan", "parts", "score"}
    assert {task for task in tasks if task.rsplit("/", 1)[1] not in decide} == set(found)
    assert found["crm_extract/extract"] == [
        [["postgres://crm:5432", "shop.sales.heads"], ["postgres://crm:5432", "shop.sales.lines"]],
        [["s3://bucket", "lake/crm/orders"], ["s3://bucket", "lake/quarantine/orders"]],
    ]
    assert found["nightly_scoring/night.publish"][1][0] == [
        "postgres://c:1234",
        "campaign.campaign.segments",
    ]
