-- What: second entries not merged yet, the oldest first.
-- Grain: one row per pair.
-- Parameters: none.
SELECT old_person_id, new_person_id FROM dealership_truth.duplicates ORDER BY old_person_id
