-- What: publishes a publication that was written before; it becomes current unless a later day is.
--       Older days were retired and the same day was replaced before, so whatever is still current
--       is later.
-- Grain: one row.
-- Parameters: publication_id, use_case, replaces, was_held.
UPDATE campaign.publications SET
    status = 'published',
    published_at = clock_timestamp(),
    held_at = CASE WHEN %(was_held)s THEN held_at END,
    replaces = %(replaces)s,
    is_current = NOT EXISTS (
        SELECT FROM campaign.publications WHERE use_case = %(use_case)s AND is_current
    )
WHERE publication_id = %(publication_id)s
RETURNING is_current
