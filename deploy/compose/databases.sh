#!/bin/sh
# Runs databases.sql as the superuser, with the passwords of the secrets.
set -eu
PGPASSWORD=$(cat /run/secrets/postgres_password)
export PGPASSWORD
# The variables are set from standard input: on the command line every process could read them.
{
  for name in airflow_database mlflow_database campaign_owner campaign_writer campaign_reader \
      crm_owner crm_reader; do
    printf "\\\\set %s '%s'\n" "${name%_database}" "$(cat "/run/secrets/${name}_password")"
  done
  cat /deploy/databases.sql
} | psql --quiet --no-psqlrc --host postgres --username postgres --dbname postgres
echo "databases and roles are in place"
