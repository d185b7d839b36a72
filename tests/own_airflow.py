"""Code that is run in an Airflow of its own, which is thrown away."""

import json
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def facts(code, home, *arguments, **settings):
    """What the code printed behind the word FACTS, as a document; ``settings`` are variables."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW_", "MKT_"))}
    told = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PYTHONPATH": str(PROJECT / "dags"),
        **settings,
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**own, **told},
        cwd=PROJECT,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.split("FACTS ")[1])
