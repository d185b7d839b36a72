"""Removing what the project wrote on this machine, and nothing that somebody else put there."""

import shutil

from mkt_pipeline.stack.deployment import Deployment
from mkt_pipeline.stack.launch import Tell
from mkt_pipeline.stack.shutdown import down

WRITTEN = ("airflow", "lake", "lock", "logs", "mlflow", "postgres", "run", "scratch", "secrets")
"""All that is ever written into ``MKT_HOME``. A list, because the setting may name any folder."""


def remove(where: Deployment, *, tell: Tell) -> tuple[str, ...]:
    """Stop the stack and remove what it wrote; names what was kept because it is not ours."""
    down(where, tell=tell)
    if not where.home.is_dir():
        return ()
    for entry in WRITTEN:
        path = where.home / entry
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    kept = tuple(sorted(path.name for path in where.home.iterdir()))
    if not kept:
        where.home.rmdir()
    return kept
