"""The stack with Celery: a real Redis, and workers as processes of their own."""

import contextlib
import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg2

from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.addresses import addresses
from mkt_pipeline.stack.airflow_api import AirflowApi
from mkt_pipeline.stack.airflow_config import with_driver, write_airflow_config
from mkt_pipeline.stack.airflow_database import migrate
from mkt_pipeline.stack.airflow_pools import ensure_pools
from mkt_pipeline.stack.dag_following import wait_for_dags
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.stack.health import is_healthy
from mkt_pipeline.stack.launch import up
from mkt_pipeline.stack.pid_file import PidFile
from mkt_pipeline.stack.program import forget, start
from mkt_pipeline.stack.programs import AIRFLOW_PIECES, airflow_command, airflow_program
from mkt_pipeline.stack.shutdown import down

REDIS = shutil.which("redis-server")
PROJECT = Path(__file__).resolve().parents[2]
CURRENT = (
    "SELECT use_case, as_of, customer_id, propensity, segment, reasons::text"
    " FROM campaign.current_segments ORDER BY 1, 3"
)
WITHIN_SECONDS = 180


class CeleryStack:
    """Two workers by default; every process is ended with the stack."""

    def __init__(self, home, port, day):
        self.settings = Settings(
            home=home,
            postgres_port=port(),
            mlflow_port=port(),
            airflow_port=port(),
            today=day,
            use_cases=("service_visit",),
            _env_file=None,
        )
        self.where, self.day, self.redis_port = deployment(self.settings), day, port()
        self.api, self.processes = AirflowApi(self.where), {}

    def begin(self, *, customers):
        """Start everything, with a champion, and wait until the DAGs are read."""
        up(self.where, only=("postgres", "mlflow"), tell=lambda *_: None)
        self._mkt("sample", "load", "dealership", "--customers", str(customers))
        self._mkt("train", "--trials", "1", "--use-case", "service_visit")
        self.start_redis()
        write_airflow_config(self.where)
        migrate(self.where)
        for piece in AIRFLOW_PIECES:
            self.start_piece(piece)
        self.wait(lambda: all(is_healthy(self.where, piece) for piece in AIRFLOW_PIECES))
        ensure_pools(self.api)
        for number in (1, 2):
            self.start_worker(number)
        wait_for_dags(self.api, ("crm_extract", "customer_features", "nightly_scoring"))

    def end(self):
        """End what was started, workers first."""
        for name in [name for name in self.processes if name != "redis"]:
            self.kill(name)
        down(self.where, tell=lambda *_: None)
        if "redis" in self.processes:
            self.kill("redis")

    def start_redis(self):
        """Every command is on the disk before it is answered, so that a kill loses nothing."""
        folder = self.where.home / "redis"
        folder.mkdir(parents=True, exist_ok=True)
        command = [REDIS, "--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", ""]
        command += ["--appendonly", "yes", "--appendfsync", "always", "--dir", str(folder)]
        self._start("redis", command, os.environ)

    def start_piece(self, piece):
        """One of Airflow's own processes, told of Celery."""
        program = airflow_program(self.where, piece)
        told = {**program.environment, **self._celery()}
        start(dataclasses.replace(program, environment=told), self.where)

    def start_worker(self, number):
        """One worker that does two tasks at a time."""
        told = airflow_program(self.where, "scheduler").environment
        command = airflow_command("celery", "worker", "--concurrency", "2", "--skip-serve-logs")
        command += ("--celery-hostname", f"worker-{number}@%h")
        self._start(f"worker-{number}", command, {**told, **self._celery()})

    def kill_a_worker_in(self, run):
        """End a worker in the midst of a task of the run, once there is one; its name.

        It is stopped first: whether its task had ended already is then asked of Airflow in peace.
        """

        def killed():
            for name, process in self._workers():
                family = _family(process.pid)
                for one in family:
                    _signal(one, signal.SIGSTOP)
                at_work = {
                    (task.task_id, task.map_index)
                    for task in self.api.tasks(run)
                    if task.state == "running"
                }
                if at_work & _writes(family, run.run_id):
                    self.kill(name)
                    return name
                for one in family:
                    _signal(one, signal.SIGCONT)
            return None

        return self.wait(killed)

    def kill(self, name):
        """End a process and all that it started, at once."""
        child = self.processes.pop(name)
        family = _family(child.pid)
        for one in family:
            _signal(one, signal.SIGKILL)
        child.wait(timeout=30)
        psutil.wait_procs(family, timeout=30)

    def kill_scheduler(self):
        """End the scheduler and all that it started, at once."""
        scheduler = PidFile.read(self.where.pid_file("scheduler")).process()
        family = _family(scheduler.pid)
        for one in family:
            _signal(one, signal.SIGKILL)
        forget(scheduler.pid)
        psutil.wait_procs(family, timeout=30)

    def begin_night(self):
        """Start a night; the run that scores, as soon as a task of it works."""
        known = {run.run_id for run in self.api.runs("nightly_scoring", key=str(self.day))}
        self.api.trigger("crm_extract", key=str(self.day))

        def scoring():
            for run in self.api.runs("nightly_scoring", key=str(self.day)):
                if run.run_id not in known and self._scores(run):
                    return run
            return None

        return self.wait(scoring)

    def segments(self):
        """What readers see."""
        return self._campaign(CURRENT)

    def decisions(self):
        """Which model was to score, as recorded."""
        names = ("act", "decided_by")
        rows = self._campaign(f"SELECT {', '.join(names)} FROM campaign.model_decisions")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _campaign(self, statement):
        connection = psycopg2.connect(addresses(self.settings).campaign)
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            found = cursor.fetchall()
        connection.close()
        return found

    def wait(self, asked):
        """What ``asked`` answers, once it is something."""
        deadline = time.monotonic() + WITHIN_SECONDS
        while time.monotonic() < deadline:
            if answer := asked():
                return answer
            time.sleep(0.2)
        raise AssertionError(f"{asked} did not come true within {WITHIN_SECONDS} s")

    def _scores(self, run):
        return any(
            task.state == "running" and "score" in task.task_id for task in self.api.tasks(run)
        )

    def _workers(self):
        return [(n, p) for n, p in self.processes.items() if n.startswith("worker")]

    def _celery(self):
        broker = f"redis://127.0.0.1:{self.redis_port}/0"
        backend = with_driver(self.where.postgres.url("airflow"))
        return {
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CELERY__BROKER_URL": broker,
            "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{backend}",
            "AIRFLOW__CELERY__SYNC_PARALLELISM": "1",
            "AIRFLOW__CELERY__WORKER_PREFETCH_MULTIPLIER": "1",
            "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": "43200",
            # A task without a sign of life is given up after seconds instead of minutes.
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_SEC": "3",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "3",
        }

    def _start(self, name, command, told):
        log = self.where.log(name)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self.processes[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.where.project,
                env=dict(told),
                start_new_session=True,
            )

    def _mkt(self, *arguments):
        told = {
            name: value for name, value in os.environ.items() if not name.startswith("MKT_")
        } | dict(airflow_program(self.where, "scheduler").environment)
        told["MKT_USER"] = "test"
        command = [sys.executable, "-m", "mkt_pipeline.cli", *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, env=told, cwd=PROJECT, timeout=900
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def _family(pid):
    process = psutil.Process(pid)
    return [*process.children(recursive=True), process]


def _signal(process, number):
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def _writes(family, run_id):
    """The tasks of a run, by name and map index, whose logs these processes have open."""
    paths = []
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            paths += [file.path for file in process.open_files()]
    own = (path for path in paths if f"run_id={run_id}/" in path)
    parts = (dict(part.split("=", 1) for part in path.split("/") if "=" in part) for path in own)
    return {(part["task_id"], int(part.get("map_index", -1))) for part in parts}
