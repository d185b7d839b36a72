-- What: marks a publication whose rows are removed from now on; its record stays.
-- Grain: none; changes one row.
-- Parameters: publication_id.
UPDATE campaign.publications SET rows_removed_at = clock_timestamp()
WHERE publication_id = %(publication_id)s
