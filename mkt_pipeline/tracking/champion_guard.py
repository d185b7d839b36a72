"""MLflow's server with users, where one more rule holds: who may move the champion.

MLflow lets everybody who may add a version to a registered model also move its aliases. Here
``champion`` and ``previous`` are moved by administrators and by the users that
``MKT_MLFLOW_PROMOTERS`` names, so that whoever trains can register and not promote. Started by
``mlflow server --app-name mkt-users``; it adds to MLflow's own log-in and replaces nothing of it.
"""

import os
from typing import Any

from mkt_pipeline.tracking.names import CHAMPION, PREVIOUS

GUARDED = (CHAMPION, PREVIOUS)
PATH = "/mlflow/registered-models/alias"
PROMOTERS = "MKT_MLFLOW_PROMOTERS"


def create_app(app: Any = None) -> Any:  # noqa: ANN401 - MLflow's and Flask's
    """What MLflow asks for; a factory, as its own is."""
    from mlflow.server import app as bare
    from mlflow.server.auth import create_app as with_users

    flask = app or bare
    # First, for it finds out who asks.
    made = with_users(flask)
    flask.before_request(_refuse_others)
    return made


def may_move(alias: str, user: str, promoters: str) -> bool:
    """Whether ``user`` may point ``alias`` to another version; ``promoters`` by commas."""
    named = {name.strip() for name in promoters.split(",") if name.strip()}
    # Names of aliases are compared as MLflow does, by case; others that read alike are refused too.
    return alias.strip().lower() not in GUARDED or user in named


def _refuse_others() -> Any:  # noqa: ANN401 - Flask's answer, or None to go on
    from flask import g, jsonify, request
    from mlflow.server import auth

    if not request.path.endswith(PATH) or request.method not in ("POST", "DELETE", "PATCH", "PUT"):
        return None
    asked = request.get_json(silent=True, force=True) or {}
    alias = str(asked.get("alias") or request.args.get("alias") or "")
    user = str(g.get("mlflow_authenticated_user", ""))
    is_admin: Any = auth.sender_is_admin
    if may_move(alias, user, os.environ.get(PROMOTERS, "")) or is_admin():
        return None
    told = f"user {user} may register versions, and not make one {alias}"
    return jsonify(error_code="PERMISSION_DENIED", message=told), 403
