-- What: marks the earlier publication of the same day as replaced, rolled back or not.
-- Grain: one row, or none where the day was not published yet.
-- Parameters: use_case, as_of.
UPDATE campaign.publications SET status = 'replaced', is_current = false
WHERE use_case = %(use_case)s AND as_of = %(as_of)s AND status IN ('published', 'rolled_back')
RETURNING publication_id
