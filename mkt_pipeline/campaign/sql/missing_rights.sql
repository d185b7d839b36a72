-- What: which of some rights on the schema this user lacks.
-- Grain: one row per right that is missing, as GRANT would name it.
-- Parameters: wanted, a JSON list of objects with kind (table or function), name, privilege and
--             column_name (null for the whole table).
SELECT concat_ws(
    ' ', w.privilege || ' (' || w.column_name || ')', CASE WHEN w.column_name IS NULL THEN
        w.privilege END, 'on campaign.' || w.name
) AS missing
FROM jsonb_to_recordset(%(wanted)s::jsonb) AS w (
    kind text, name text, privilege text, column_name text
)
WHERE NOT CASE
    WHEN w.kind = 'function' THEN has_function_privilege('campaign.' || w.name, w.privilege)
    WHEN w.column_name IS NULL THEN has_table_privilege('campaign.' || w.name, w.privilege)
    ELSE has_column_privilege('campaign.' || w.name, w.column_name, w.privilege)
END
ORDER BY w.name, w.privilege, w.column_name
