-- What: give the rows of one table that belonged to second entries to the first entries. The time
-- of the last change stays, as real CRMs leave it.
-- Grain: one row per row that moves.
-- Parameters: old_ids, new_ids: arrays of equal length; {table} is an identifier.
UPDATE {table} AS moved
SET person_id = pair.new_id
FROM unnest(%(old_ids)s::integer [], %(new_ids)s::integer []) AS pair (old_id, new_id)
WHERE moved.person_id = pair.old_id
