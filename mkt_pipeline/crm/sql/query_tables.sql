-- What:  the tables and columns that a view reads, as PostgreSQL noted them when it made the view.
-- Grain: one row per table or view; those that the system itself made are open to everybody.
-- Parameters: view_name, the name of a temporary view.
-- A view reads with the rights of its owner, unless it says security_invoker: then who reads it
-- needs what it reads as well. That a row is taken whole stands in no dependency; the stored query
-- tells it as a variable with attribute 0, whose type is the table's row.
WITH RECURSIVE rules AS (
    SELECT rule.oid, rule.ev_class
    FROM pg_rewrite AS rule
    WHERE rule.ev_class = to_regclass('pg_temp.' || quote_ident(%(view_name)s))
    UNION
    SELECT deeper.oid, deeper.ev_class
    FROM rules
    JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = rules.oid
    JOIN pg_class AS invoked ON d.refclassid = 'pg_class'::regclass AND invoked.oid = d.refobjid
    JOIN pg_rewrite AS deeper ON deeper.ev_class = invoked.oid
    WHERE invoked.relkind = 'v' AND invoked.oid <> rules.ev_class
      AND invoked.reloptions && '{security_invoker=true,security_invoker=on,security_invoker=1}'
), whole AS (
    SELECT DISTINCT row_type.typrelid
    FROM rules
    JOIN pg_rewrite AS rule ON rule.oid = rules.oid
    CROSS JOIN LATERAL
        regexp_matches(rule.ev_action::text, ':varattno 0 :vartype (\d+)', 'g') AS found (parts)
    JOIN pg_type AS row_type ON row_type.oid = found.parts[1]::oid
), used AS (
    SELECT d.refobjid AS table_id, array_agg(DISTINCT d.refobjsubid) AS places
    FROM rules
    JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = rules.oid
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid <> rules.ev_class
    GROUP BY d.refobjid
)
SELECT
    n.nspname AS schema,
    c.relname AS name,
    c.oid IN (SELECT typrelid FROM whole) AS whole_rows,
    ARRAY(
        SELECT a.attname::text FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum = ANY(used.places) AND a.attnum <> 0
        ORDER BY a.attnum
    ) AS columns,
    ARRAY(
        SELECT a.attname::text FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum
    ) AS all_columns
FROM used
JOIN pg_class AS c ON c.oid = used.table_id
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND n.nspname NOT LIKE 'pg\_%%' AND n.nspname <> 'information_schema'
ORDER BY n.nspname, c.relname
