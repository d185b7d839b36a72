#!/bin/sh
# The MLflow server with users: database backend, artifacts proxied from a volume. MLflow's own
# log-in, and the rule that only the promoter moves a champion (mkt_pipeline.tracking.champion_guard).
set -eu
MLFLOW_BACKEND_STORE_URI=$(cat /run/secrets/mlflow_database_url)
MLFLOW_FLASK_SERVER_SECRET_KEY=$(cat /run/secrets/mlflow_secret_key)
MLFLOW_AUTH_ADMIN_PASSWORD=$(cat /run/secrets/mlflow_admin_password)
MLFLOW_AUTH_CONFIG_PATH=/tmp/mlflow_users.ini
MKT_MLFLOW_PROMOTERS=promoter
export MKT_MLFLOW_PROMOTERS MLFLOW_BACKEND_STORE_URI MLFLOW_FLASK_SERVER_SECRET_KEY MLFLOW_AUTH_ADMIN_PASSWORD \
  MLFLOW_AUTH_CONFIG_PATH
umask 077
# A password is checked for every request, at a cost of tens of milliseconds each.
cat > "$MLFLOW_AUTH_CONFIG_PATH" <<INI
[mlflow]
default_permission = READ
database_uri = $(cat /run/secrets/mlflow_database_url)
admin_username = admin
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
auth_cache_ttl_seconds = 60
INI
exec python -m mlflow server --host 0.0.0.0 --port 5000 --workers 1 --app-name mkt-users \
  --artifacts-destination /opt/mkt/artifacts
