-- What:  what the user may do with each table and view outside the system's own schemas.
-- Grain: one row per table or view that the user may read or write at all.
-- Parameters: none.
SELECT
    n.nspname AS schema,
    c.relname AS name,
    has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
        OR has_any_column_privilege(c.oid, 'INSERT, UPDATE') AS may_write,
    row_security_active(c.oid) AS rows_are_hidden,
    COALESCE(readable.names, '{}') AS readable_columns
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN LATERAL (
    SELECT array_agg(a.attname::text ORDER BY a.attnum) AS names
    FROM pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND has_column_privilege(c.oid, a.attnum, 'SELECT')
) AS readable ON true
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
  AND has_schema_privilege(n.oid, 'USAGE')
  AND (
      has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE')
      OR has_table_privilege(c.oid, 'DELETE, TRUNCATE')
  )
ORDER BY n.nspname, c.relname
