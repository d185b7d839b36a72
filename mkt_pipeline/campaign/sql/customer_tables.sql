-- What: the tables of the schema that say something about single customers.
-- Grain: one row per table; partitions go with their parent.
-- Parameters: none.
SELECT c.relname AS name
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'customer_id' AND NOT a.attisdropped
WHERE c.relnamespace = 'campaign'::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT c.relispartition
ORDER BY c.relname
