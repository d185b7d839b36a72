-- What:  the names of PostgreSQL types, as people write them.
-- Grain: one row per type.
-- Parameters: oids, a list of type numbers.
SELECT oid::bigint, format_type(oid, NULL)
FROM pg_type
WHERE oid = ANY(%(oids)s::oid[])
