#!/bin/sh
# Makes the secrets of a namespace from secrets/: all of them for our own pods, and those that the
# chart asks for under the names that it gives their keys. Safe to run again.
set -eu
namespace=${1:?the namespace, as in: secrets.sh mkt}
cd "$(dirname "$0")/../../secrets"
make() {
  name=$1; shift
  kubectl --namespace "$namespace" create secret generic "$name" "$@" --dry-run=client --output=yaml \
    | kubectl --namespace "$namespace" apply --filename -
}
make mkt-secrets --from-file=.
make mkt-keys --from-file=fernet-key=airflow_fernet_key \
  --from-file=api-secret-key=airflow_api_secret_key --from-file=jwt-secret=airflow_jwt_secret
make mkt-metadata --from-file=connection=airflow_database_url
make mkt-results --from-file=connection=airflow_result_backend
make mkt-broker --from-file=connection=airflow_broker_url
