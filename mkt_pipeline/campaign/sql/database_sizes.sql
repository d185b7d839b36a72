-- What: the databases of this server and their size on disk.
-- Grain: one row per database that the role may connect to.
-- Parameters: none.
SELECT datname AS name, pg_database_size(oid) AS bytes
FROM pg_database
WHERE NOT datistemplate AND has_database_privilege(oid, 'CONNECT')
ORDER BY datname
