"""Makes the users of the services in MLflow, with the passwords of the secrets; safe to run again.

The scorer reads models and writes its own runs, the trainer registers versions, the promoter alone
moves a champion. Models of the configured use cases are made here, so that none of the three owns
one: an owner may delete it.
"""

import base64
import json
import sys
import urllib.error
import urllib.request
from pathlib import Path

from mkt_pipeline.settings import load_settings
from mkt_pipeline.tracking.names import registered_model, registered_recommender
from mkt_pipeline.wiring.use_cases import use_cases_of

SECRETS = Path("/run/secrets")
SERVER = "http://mlflow:5000/api"
USERS: dict[str, dict[str, str]] = {
    "scorer": {},
    "trainer": {"registered_model": "EDIT", "experiment": "EDIT"},
    "promoter": {"registered_model": "MANAGE"},
}
"""What each may do beyond reading. The trainer also ties the scorer's runs to their models."""


def main() -> None:
    """Make users, their rights, and the registered models of the use cases."""
    for name, rights in USERS.items():
        password = (SECRETS / f"mlflow_{name}_password").read_text(encoding="utf-8").strip()
        known = {"username": name, "password": password}
        if not _asked("POST", "2.0/mlflow/users/create", known):
            _asked("PATCH", "2.0/mlflow/users/update-password", known)
        for kind, right in rights.items():
            given = {"resource_type": kind, "resource_id": "*", "permission": right}
            _asked("POST", "3.0/mlflow/users/permissions/grant", {"username": name, **given})
    made = [name for name in _models() if _asked("POST", f"{MODELS}/create", {"name": name})]
    sys.stdout.write(
        f"MLflow users: {', '.join(USERS)}; models made: {', '.join(made) or 'none'}\n"
    )


MODELS = "2.0/mlflow/registered-models"


def _models() -> list[str]:
    return [
        name(use_case.name)
        for use_case in use_cases_of(load_settings())
        for name in (registered_model, registered_recommender)
    ]


def _asked(method: str, path: str, body: dict[str, str]) -> bool:
    """Ask as the administrator; whether it was done, and not there already."""
    admin = (SECRETS / "mlflow_admin_password").read_text(encoding="utf-8").strip()
    asked = urllib.request.Request(  # noqa: S310 - the address is written above
        f"{SERVER}/{path}",
        json.dumps(body).encode(),
        {
            "Content-Type": "application/json",
            "Authorization": "Basic " + base64.b64encode(f"admin:{admin}".encode()).decode(),
        },
        method=method,
    )
    try:
        urllib.request.urlopen(asked, timeout=30).close()  # noqa: S310 - the same
    except urllib.error.HTTPError as refused:
        code = str(json.loads(refused.read() or b"{}").get("error_code", refused.code))
        if code != "RESOURCE_ALREADY_EXISTS":
            raise SystemExit(f"MLflow refused {path}: {code}") from refused
        return False
    return True


if __name__ == "__main__":
    main()
