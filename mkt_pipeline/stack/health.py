"""Whether a piece of the stack does its work, asked of itself."""

import http.client
from collections.abc import Mapping

from mkt_pipeline.stack.deployment import Deployment
from mkt_pipeline.stack.plain_http import Answer, ask

AIRFLOW_NAMES: Mapping[str, str] = {
    "scheduler": "scheduler",
    "dag-processor": "dag_processor",
    "triggerer": "triggerer",
}
"""How the API server calls the pieces that it hears of through the database."""


LOOPBACK = "http://127.0.0.1"


def is_healthy(where: Deployment, piece: str) -> bool:
    """Whether the piece answers, or was heard of lately."""
    if piece == "postgres":
        return where.postgres.is_running()
    if piece == "mlflow":
        return _answers(f"{LOOPBACK}:{where.settings.mlflow_port}", "/health")
    answer = _answer(f"{LOOPBACK}:{where.settings.airflow_port}", "/api/v2/monitor/health")
    if answer is None or answer.status != 200 or not isinstance(answer.body, dict):
        return False
    if piece == "api-server":
        return True
    heard = answer.body.get(AIRFLOW_NAMES[piece]) or {}
    return heard.get("status") == "healthy"


def _answers(address: str, path: str) -> bool:
    answer = _answer(address, path)
    return answer is not None and answer.status == 200


def _answer(address: str, path: str) -> Answer | None:
    try:
        return ask(address, path)
    except (OSError, http.client.HTTPException):
        return None
