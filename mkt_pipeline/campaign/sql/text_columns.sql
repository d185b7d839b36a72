-- What: every column of text in the tables of the schema, where a customer could be named.
-- Grain: one row per table and column; partitions go with their parent.
-- Parameters: none.
SELECT c.relname AS table_name, a.attname AS column_name
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'campaign'::regnamespace AND c.relkind IN ('r', 'p', 'm')
    AND NOT c.relispartition AND a.atttypid IN ('text'::regtype, 'varchar'::regtype)
    AND a.attname NOT IN ('use_case', 'model_version')
ORDER BY c.relname, a.attname
