"""`make secrets`: everything that `docker compose up` needs and nobody has to know, made once.

Needs nothing but Python. What is there already stays; remove a file to have it made anew. The
folder is for its owner alone; the files in it can be read by all, because a container reads them
as another user than the one who made them.
"""

import base64
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "secrets"


def password() -> str:
    """192 random bits that need no quoting in an address."""
    return secrets.token_urlsafe(24)


def signing_key() -> str:
    """For signed tokens: 64 random bytes."""
    return secrets.token_urlsafe(64)


def fernet_key() -> str:
    """For Fernet: 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


MADE: dict[str, Callable[[], str]] = {
    "postgres_password": password,
    "airflow_database_password": password,
    "mlflow_database_password": password,
    "campaign_owner_password": password,
    "campaign_writer_password": password,
    "campaign_reader_password": password,
    "crm_owner_password": password,
    "crm_reader_password": password,
    "redis_password": password,
    "airflow_admin_password": password,
    "airflow_fernet_key": fernet_key,
    "airflow_api_secret_key": signing_key,
    "airflow_jwt_secret": signing_key,
    "mlflow_admin_password": password,
    "mlflow_scorer_password": password,
    "mlflow_trainer_password": password,
    "mlflow_promoter_password": password,
    "mlflow_secret_key": signing_key,
}

PRIVATE = "?sslmode=disable"
"""The server of Compose is reached by a network of this machine alone, and speaks no TLS; every
other server is asked for it."""

ADDRESSES: dict[str, str] = {
    "airflow_database_url": (
        "postgresql+psycopg2://airflow:{airflow_database_password}@postgres:5432/airflow"
    ),
    "airflow_result_backend": (
        "db+postgresql+psycopg2://airflow:{airflow_database_password}@postgres:5432/airflow"
    ),
    "airflow_broker_url": "redis://:{redis_password}@redis:6379/0",
    "mlflow_database_url": (
        "postgresql+psycopg2://mlflow:{mlflow_database_password}@postgres:5432/mlflow"
    ),
    "mkt_mlflow_database_url": (
        "postgresql://mlflow:{mlflow_database_password}@postgres:5432/mlflow{private}"
    ),
    "mkt_airflow_database_url": (
        "postgresql://airflow:{airflow_database_password}@postgres:5432/airflow{private}"
    ),
    "mkt_campaign_owner_url": (
        "postgresql://campaign_owner:{campaign_owner_password}@postgres:5432/campaign{private}"
    ),
    "mkt_campaign_url": (
        "postgresql://campaign_writer:{campaign_writer_password}@postgres:5432/campaign{private}"
    ),
    "mkt_mlflow_url": "http://scorer:{mlflow_scorer_password}@mlflow:5000",
    "mkt_mlflow_trainer_url": "http://trainer:{mlflow_trainer_password}@mlflow:5000",
    "mkt_mlflow_promoter_url": "http://promoter:{mlflow_promoter_password}@mlflow:5000",
    "mkt_airflow_url": "http://admin:{airflow_admin_password}@api-server:8080",
    "sample_crm_url": "postgresql://crm_owner:{crm_owner_password}@postgres:5432/crm{private}",
    "mkt_crm_url": "postgresql://crm_reader:{crm_reader_password}@postgres:5432/crm{private}",
    # The profile mail; nothing is sent before MKT_NOTIFY_EMAIL_TO says to whom.
    "mkt_smtp_url": "smtp://mail:1025",
    # Empty until you have one.
    "mkt_notify_slack_url": "",
    "mkt_notify_webhook_url": "",
    "mkt_lake_key": "",
    "mkt_lake_secret": "",
}
"""Made of the passwords; ``mkt_crm_url`` is the one that you replace by your own CRM's."""


def main() -> None:
    """Make what is missing, and say what was made."""
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    FOLDER.chmod(0o700)
    made = [name for name, make in MADE.items() if _kept(name, make)]
    known = {name: (FOLDER / name).read_text(encoding="utf-8") for name in MADE}
    known["private"] = PRIVATE
    made += [
        name for name, url in ADDRESSES.items() if _kept(name, lambda u=url: u.format(**known))
    ]
    there = f"{FOLDER.name}/: {len(made)} made, {len(MADE) + len(ADDRESSES) - len(made)} kept"
    sys.stdout.write(f"{there}\n")


def _kept(name: str, make: Callable[[], str]) -> bool:
    """Write one secret where there is none; whether it was made."""
    file = FOLDER / name
    if file.exists() and (file.read_text(encoding="utf-8").strip() or not make()):
        return False
    draft = file.with_name(f"{name}.new")
    draft.write_text(make(), encoding="utf-8")
    draft.chmod(0o444)
    draft.replace(file)
    return True


if __name__ == "__main__":
    main()
