-- What: whether this user may vacuum the tables of the schema: their owner, or the database's.
-- Grain: one row.
-- Parameters: none.
SELECT pg_has_role(n.nspowner, 'USAGE') OR pg_has_role(d.datdba, 'USAGE') AS may_vacuum
FROM pg_namespace n
JOIN pg_database d ON d.datname = current_database()
WHERE n.nspname = 'campaign'
