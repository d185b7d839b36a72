-- What: the databases and roles of the stack; safe to run again, and a changed password is taken.
-- Grain: one role and one database per service; nobody but a database's owner may connect to it.
-- Parameters: psql variables named like the roles: their passwords.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
-- The passwords themselves do not go into the server's log.
SET log_statement = 'none';

SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['airflow', 'mlflow', 'campaign_owner', 'campaign_writer', 'campaign_reader',
                  'crm_owner', 'crm_reader']) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE airflow PASSWORD :'airflow';
ALTER ROLE mlflow PASSWORD :'mlflow';
ALTER ROLE campaign_owner PASSWORD :'campaign_owner';
ALTER ROLE campaign_writer PASSWORD :'campaign_writer';
ALTER ROLE campaign_reader PASSWORD :'campaign_reader';
ALTER ROLE crm_owner PASSWORD :'crm_owner';
ALTER ROLE crm_reader PASSWORD :'crm_reader';

SELECT format('CREATE DATABASE %I OWNER %I', name, owner)
FROM (VALUES ('airflow', 'airflow'), ('mlflow', 'mlflow'), ('campaign', 'campaign_owner'),
             ('crm', 'crm_owner')) AS wanted (name, owner)
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec

REVOKE CONNECT ON DATABASE airflow, mlflow, campaign, crm FROM PUBLIC;
-- What each may do inside is granted by the owner: by airflow-init in campaign, by demo in crm.
GRANT CONNECT ON DATABASE campaign TO campaign_writer, campaign_reader;
GRANT CONNECT ON DATABASE crm TO crm_reader;
-- When the oldest open transaction began, which extraction has to know; a superuser's to give.
GRANT pg_read_all_stats TO crm_reader;
