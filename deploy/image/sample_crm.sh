#!/bin/sh
# Loads the sample CRM, once, and lets the reader see what the source maps and nothing else.
set -eu
url=$(cat /run/secrets/sample_crm_url)
if python /opt/mkt/bin/owned_tables.py "$url"; then
  echo "the sample CRM is there already"
else
  mkt sample load dealership --customers "$DEMO_CUSTOMERS" --url "$url"
fi
# What only a superuser may give, databases.sql has given.
grants=$(mkt source grants dealership --role crm_reader --url "$url")
echo "$grants" | grep -v pg_read_all_stats | python /opt/mkt/bin/run_sql.py "$url"
