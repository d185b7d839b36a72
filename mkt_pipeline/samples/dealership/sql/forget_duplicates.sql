-- What: forget second entries that are gone.
-- Grain: one row per pair.
-- Parameters: old_ids: array.
DELETE FROM dealership_truth.duplicates WHERE old_person_id = ANY(%(old_ids)s::integer [])
