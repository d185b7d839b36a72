-- What:  the functions, types and operators of others than the system that a view uses.
-- Grain: one row per object; schema is where it lies, signature is null for what is no function.
-- Parameters: view_name, the name of a temporary view.
SELECT DISTINCT
    used.schema,
    CASE WHEN d.refclassid = 'pg_proc'::regclass THEN used.identity END AS signature
FROM pg_rewrite AS rule
JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = rule.oid
CROSS JOIN LATERAL pg_identify_object(d.refclassid, d.refobjid, 0) AS used
WHERE rule.ev_class = to_regclass('pg_temp.' || quote_ident(%(view_name)s))
  AND d.refclassid IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass)
  AND used.schema NOT LIKE 'pg\_%%' AND used.schema <> 'information_schema'
ORDER BY 1, 2
