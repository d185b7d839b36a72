-- What: marks the earlier publication of the same day as replaced.
-- Grain: one row, or none where the day was not published yet.
-- Parameters: use_case, as_of.
UPDATE campaign.publications SET status = 'replaced', is_current = false
WHERE use_case = %(use_case)s AND as_of = %(as_of)s AND status = 'published'
RETURNING publication_id
