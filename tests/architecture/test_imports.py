"""What may be imported where, and what must stay light."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
HEAVY = ("pandas", "sklearn", "mlflow", "psycopg2", "duckdb", "ibis", "deltalake", "matplotlib")


def modules_after(code: str) -> set[str]:
    """The heavy modules that a fresh interpreter has loaded after ``code``."""
    probe = f"{code}\nimport sys\nprint('loaded:', *[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", probe],
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(PROJECT / "dags"),
            "HOME": "/nonexistent",
            "AIRFLOW_HOME": "/nonexistent/airflow",
            "AIRFLOW__CORE__UNIT_TEST_MODE": "True",
        },
    )
    last = done.stdout.strip().splitlines()[-1]
    return set(last.removeprefix("loaded:").split())


def test_the_command_line_loads_nothing_heavy_before_a_command_runs():
    # The embedded PostgreSQL is talked to by its driver, which is small.
    assert modules_after("import mkt_pipeline.cli.__main__") <= {"psycopg2"}


@pytest.mark.parametrize("path", sorted((PROJECT / "plugins").glob("*.py")), ids=lambda p: p.stem)
def test_a_plugin_loads_nothing_heavy(path, tmp_path):
    code = f"import runpy; runpy.run_path({str(path)!r})"
    assert modules_after(code) <= modules_after("import airflow.plugins_manager")


@pytest.mark.parametrize(
    "path", sorted((PROJECT / "dags").glob("*.py")), ids=lambda path: path.stem
)
def test_reading_a_dag_file_loads_nothing_heavy(path):
    assert modules_after(f"import runpy; runpy.run_path({str(path)!r})") == set()


def test_no_file_of_ours_is_longer_than_a_person_reads():
    lengths = {
        str(path.relative_to(PROJECT)): len(path.read_text().splitlines())
        for folder in ("mkt_pipeline", "dags", "plugins", "tests")
        for path in (PROJECT / folder).rglob("*.py")
    }
    assert {name: n for name, n in lengths.items() if n > 300} == {}
