-- What:  who reads, and which powers over the whole server that user has.
-- Grain: one row.
-- Parameters: none.
SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication
FROM pg_roles
WHERE rolname = current_user
