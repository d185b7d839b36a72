-- What: the server of the campaign database, its clock, and what the user may do there.
-- Grain: one row.
-- Parameters: none.
SELECT
    current_setting('server_version_num')::int AS version,
    clock_timestamp() AS clock,
    current_user::text AS role,
    pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS read_only,
    has_database_privilege(current_database(), 'CREATE') AS may_create,
    to_regclass('campaign.migrations') IS NOT NULL AS has_migrations,
    coalesce(
        (SELECT pg_has_role(current_user, nspowner, 'USAGE')
         FROM pg_namespace WHERE nspname = 'campaign'),
        true
    ) AS owns_schema
