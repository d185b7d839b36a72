-- What: delete the rows of some persons from one table.
-- Grain: one row per row that goes.
-- Parameters: person_ids: array; {table} is an identifier.
DELETE FROM {table} WHERE person_id = ANY(%(person_ids)s::integer [])
